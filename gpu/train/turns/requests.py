"""What curt callers say, from how others say it: 요금제를 변경하려고요 gives 요금제 변경."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gpu.train.turns.example import Example
from kb.korean import Morpheme, morphemes
from voicebot.text.particles import settle_particles

_REQUESTED = sorted(
    "취소 변경 신고 조회 문의 신청 접수 해지 확인 예약 가입 탈퇴 연장 환불 교환 반품 발급 재발급 설치 납부 결제 초기화 "
    "상담 등록 연결 정지 해제 청구 이체 이전".split()
)
_OF_WHAT = (
    "주문 배송 카드 요금 요금제 계좌 비밀번호 예약 회원 인터넷 휴대폰 전화번호 주소 배송지 명의 보험 보험금 청구서 "
    "영수증 포인트 쿠폰 데이터 로밍 서비스 자동이체 한도 대출 적금 여권 차량 진료 강의 항공권 객실 증명서 분실 고장 "
    "사고 불만 민원 콜백 방문 수리 점검"
).split()
_NOUNS = ("NNG", "NNP")
_OFTEN = 2


def done(lines: Iterable[str]) -> list[str]:
    """Nouns that something is done by: those that 하 or 되 follows at least twice."""
    counted: Counter[str] = Counter()
    for line in lines:
        found = morphemes(line)
        for noun, verb in pairwise(found):
            if noun.tag == "NNG" and len(noun.form) > 1 and verb.tag == "XSV":
                counted[noun.form] += 1
    return sorted(noun for noun, count in counted.items() if count >= _OFTEN)


def requests(lines: Iterable[str]) -> list[str]:
    """What is done to what, each once, as the corpora have it with a particle or without."""
    return sorted({request for line in lines for request in _of_line(morphemes(line))})


def _of_line(found: tuple[Morpheme, ...]) -> Iterator[str]:
    for at in range(1, len(found) - 1):
        if found[at].tag != "NNG" or len(found[at].form) < 2 or found[at + 1].tag != "XSV":
            continue
        last = at - 1
        if found[last].tag == "JKO":
            last -= 1
        suffix = found[last].form if last > 0 and found[last].tag == "XSN" else ""  # 요금제 is 요금 and 제
        if last >= 1 and suffix:
            last -= 1
        if last >= 0 and found[last].tag in _NOUNS:
            before = f"{found[last - 1].form} " if last > 0 and found[last - 1].tag in _NOUNS else ""
            yield f"{before}{found[last].form}{suffix} {found[at].form}"


def curt() -> list[Example]:
    """Curt callers end with the noun: 배송 조회, 카드 분실 신고. With a particle behind it, it is open."""
    found = [Example(request, True, 1.0) for request in _REQUESTED]
    for number, what in enumerate(_OF_WHAT):
        for other, request in enumerate(_REQUESTED):
            if (number + other) % 3 == 0 and what != request:
                found.append(Example(f"{what} {request}", True, 0.6))
            if (number + other) % 9 == 0 and what != request:
                found.append(Example(settle_particles(f"{what} {request}(을/를)"), False, 0.4))
    return found
