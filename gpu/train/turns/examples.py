"""Utterances that are complete, and the same cut short where a speaker may pause.

``written.tsv`` was written for this: how callers and friends end a turn, and where they leave it open. The rest is
derived: whole sentences of the corpora are ends, their beginnings are open, numbers and addresses are cut anywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gpu.train.embedding.noise import misheard
from gpu.train.recognizer.sentences import contact_centre_lines, everyday_sentences, plain
from gpu.train.recognizer.slots import Random, Slots
from gpu.train.turns.requests import requests
from kb.korean import morphemes
from voicebot.turns.evaluation import read_turns

FOLDER = Path(__file__).parent
WRITTEN, HELD_OUT = FOLDER / "written.tsv", FOLDER / "held_out.tsv"

_FINAL_SOUNDS = ("요", "죠", "니다", "습니까", "십시오", "구나")
_OPEN_YO = ("저는요", "제가요", "그게요", "근데요", "그래서요", "그리고요", "그런데요", "어제요", "있잖아요", "저기요")
_ANSWERS = ("네", "예", "응", "넵", "아니", "아냐", "그래", "아", "오")
_BARE, _COUNTED = ("NNG", "NNP", "NP", "MM"), ("NNB", "NR", "SN")
_MISHEARD_SHARE, _MISHEARD_RATE = 0.15, 0.12


class Example(NamedTuple):
    text: str
    is_end: bool
    weight: float


def written(weight: float = 12.0) -> list[Example]:
    return [Example(text, is_end, weight) for text, is_end in read_turns(WRITTEN)]


def lines(data: Path, random: Random) -> tuple[list[str], list[str], list[str]]:
    """What is said on the telephone, in small talk, and in other sentences; ``data`` is the training data's folder."""
    slots = Slots(data)
    called = [slots.fill(line, random) for line in contact_centre_lines() for _ in range(2)]
    talk = _small_talk(data)
    others = sorted(set(everyday_sentences(data)) - set(talk))
    return called, talk, [others[int(at)] for at in random.permutation(len(others))[:15_000]]


def derived(data: Path, random: Random) -> list[Example]:
    """From the corpora and from number generators."""
    called, talk, others = lines(data, random)
    found: list[Example] = []
    for spoken, weight in ((called, 1.0), (talk, 1.0), (others, 0.25)):
        found += _whole_and_cut(spoken, weight, random)
    found += _numbers(Slots(data), random)
    found += [Example(request, True, 0.6) for request in requests([*called[::2], *talk])]
    found += list(_requests())
    noisy = [
        Example(misheard(example.text, random, _MISHEARD_RATE, 0.1), example.is_end, example.weight * 0.5)
        for example in found
        if random.random() < _MISHEARD_SHARE
    ]
    return [example for example in (*found, *noisy) if example.weight and example.text.strip()]


def _small_talk(data: Path) -> list[str]:
    """What people type to a chat robot, and its answers: short, everyday, mostly without honorifics."""
    with (data / "text/chatbot_qa.csv").open(encoding="utf-8") as file:
        said = {plain(cell) for row in csv.reader(file) for cell in row[:2]}
    return sorted(sentence for sentence in said if sentence)


def _whole_and_cut(lines: list[str], weight: float, random: Random) -> Iterator[Example]:
    for line in lines:
        words = plain(line).split()
        if not words:
            continue
        yield Example(" ".join(words), True, weight)
        cuts = [at for at in range(1, len(words)) if not _may_end(words[:at], words[at])]
        for at in random.permutation(cuts)[:3] if cuts else ():
            begun = words[: int(at)]
            yield Example(" ".join(begun), False, weight * _cut_weight(begun, words[int(at)]))
        if len(words) > 2 and random.random() < 0.15 and (cut := _cut_word(words, random)):
            yield Example(cut, False, weight * 0.7)


def _cut_weight(begun: list[str], after: str) -> float:
    """Callers pause behind particles and connectives, hardly between a verb and its auxiliary (알려 주세요).

    A bare noun at a pause is rather a curt answer (오늘, 환불).
    """
    tag = morphemes(" ".join(begun[-6:]))[-1].tag
    if tag in _COUNTED:
        return 0.1
    if tag in ("EC", "EF") and _goes_on(begun, after):
        return 0.0 if tag == "EF" else 0.1
    return 0.6 if tag not in _BARE else (0.1, 0.2, 0.3)[min(len(begun), 3) - 1]


def _goes_on(words: list[str], after: str) -> bool:
    """Whether an auxiliary follows: 알려 alone is no end, before 주세요."""
    return any(tag == "VX" for _, tag in morphemes(" ".join([*words[-5:], after]))[-4:])


def _may_end(words: list[str], after: str) -> bool:
    """Whether the beginning could be a sentence of its own, so that it is no example of an open one."""
    last = words[-1]
    if last in _OPEN_YO:
        return False
    if last.endswith(_FINAL_SOUNDS) or last in _ANSWERS:
        return True
    return morphemes(" ".join(words[-5:]))[-1].tag == "EF" and not _goes_on(words, after)


def _cut_word(words: list[str], random: Random) -> str:
    """Broken off within a word of three syllables or more."""
    long = [at for at in range(1, len(words)) if len(words[at]) >= 3]
    if not long:
        return ""
    at = long[int(random.integers(len(long)))]
    word = words[at]
    kept = int(random.integers(1, len(word) - 1))
    return " ".join([*words[:at], word[:kept]])


_BEHIND = ("{x}", "{x}", "{x}(이요/요)", "{x}입니다", "{x}(이에요/예요)", "네 {x}(이요/요)", "어 {x}(이요/요)", "{x}(으로/로) 해 주세요", "{x}(이고요/고요)")  # fmt: skip
_BEFORE = ("", "", "", "네 ", "어 ", "음 ", "번호는 ", "제 번호는 ")
_TOLD = 3.0


_COUNTS = {"phone": 900, "address": 700, "amount": 500, "date": 500, "time": 400, "weekday": 60, "card": 60}


def _numbers(slots: Slots, random: Random) -> list[Example]:
    """Answers of a few words, whole and half told."""
    found: list[Example] = []
    for kind, count in _COUNTS.items():
        for _ in range(count):
            said = slots.one(kind, random).strip()
            behind = _BEHIND[int(random.integers(len(_BEHIND)))]
            found.append(Example(slots.fill(behind.replace("{x}", said), random), True, _TOLD))
            if begun := _begun(said, kind, random):
                before = _BEFORE[int(random.integers(len(_BEFORE)))] if kind in ("phone", "card") else ""
                found.append(Example(before + begun, False, _TOLD))
    found += _digits(random)
    for _ in range(250):
        name, times = slots.one("name", random), slots.one("count", random)
        found.append(Example(slots.fill(f"{name}(이요/요)", random), True, 1.0))
        found.append(Example(name, True, 0.5))
        found.append(Example(slots.fill(f"{times}(이요/요)", random), True, 0.7))
        found.append(Example(times, True, 0.7))
        found.append(Example(slots.fill("{product}(이요/요)", random), True, 0.7))
        found.append(Example(slots.one("product", random), True, 0.4))
    return found


def _digits(random: Random) -> Iterator[Example]:
    """Numbers of the usual lengths; cut to another usual length they would be no example of anything."""
    for length in (12, 8, 6, 4):
        for _ in range(200):
            digits = "".join("공일이삼사오육칠팔구"[int(digit)] for digit in random.integers(0, 10, length))
            said = " ".join(digits[at : at + 4] for at in range(0, length, 4))
            yield Example(said + ("", "", "이요", "입니다")[int(random.integers(4))], True, 1.0)
            begun = said[: int(random.integers(3, len(said)))].strip()
            if len(begun.replace(" ", "")) not in (4, 6, 8):
                yield Example(begun, False, 1.0)


def _begun(said: str, kind: str, random: Random) -> str:
    """The beginning of a number, an address, an amount, a date; empty where it could be all."""
    words = said.split()
    if kind in ("phone", "card"):
        syllables = said.replace(" ", "")
        if len(syllables) < 6:
            return ""
        cut = int(random.integers(2, len(said) - 1))
        return said[:cut].strip()
    if kind == "time":
        return " ".join(words[:1]) if len(words) > 2 else ""
    if len(words) < 2:
        return ""
    return " ".join(words[: int(random.integers(1, len(words)))])


_REQUESTED = frozenset("취소 변경 신고 조회 문의 신청 접수 해지 확인 예약 가입 탈퇴 연장 환불 교환 반품 발급 재발급 설치 납부 결제 초기화 상담 등록 연결 정지 해제 청구 이체 이전".split())  # fmt: skip
_OF_WHAT = "주문 배송 카드 요금 요금제 계좌 비밀번호 예약 회원 인터넷 휴대폰 전화번호 주소 배송지 명의 보험 보험금 청구서 영수증 포인트 쿠폰 데이터 로밍 서비스 자동이체 한도 대출 적금 여권 차량 진료 강의 항공권 객실 증명서 분실 고장 사고 불만 민원 콜백 방문 수리 점검".split()  # fmt: skip


def _requests() -> Iterator[Example]:
    """Curt callers end with the noun: 배송 조회, 카드 분실 신고. What it is about, alone or with a particle, is open."""
    for number, what in enumerate(_OF_WHAT):
        for other, request in enumerate(sorted(_REQUESTED)):
            if (number + other) % 3 == 0 and what != request:
                yield Example(f"{what} {request}", True, 0.6)
            if (number + other) % 9 == 0 and what != request:
                yield Example(f"{what} {request}(을/를)".replace("(을/를)", "을"), False, 0.4)
    for request in _REQUESTED:
        yield Example(request, True, 1.0)


def balanced(found: list[Example], open_share: float = 0.55) -> list[Example]:
    """Ends weighed up or down until the open ones have ``open_share`` of the weight: cutting in is the worse mistake."""
    ends = sum(example.weight for example in found if example.is_end)
    opens = sum(example.weight for example in found if not example.is_end)
    factor = opens / ends * (1 - open_share) / open_share
    return [example._replace(weight=example.weight * factor) if example.is_end else example for example in found]


def examples(data: Path, seed: int = 0) -> list[Example]:
    return [*balanced(derived(data, np.random.default_rng(seed))), *balanced(written())]
