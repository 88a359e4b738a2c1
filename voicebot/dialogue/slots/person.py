"""What makes a word the name of a Korean: a surname, and syllables that given names are made of."""

from __future__ import annotations

_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석선설"
    "마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피빈범좌팽승간견당갈"
)
_HARDLY_GIVEN = frozenset("김박최조강윤장권황허곽노백남구맹")  # surnames that given names hardly begin with
_LONG_SURNAMES = frozenset("남궁 황보 제갈 선우 사공 서문 독고 동방 어금 망절".split())
_GIVEN = frozenset(
    "가강건겸경계고관광교구국권규균그근금기길나난남내노누늘다단달담대덕도돈동두라란람래량려련령례로록룡루류륜률름리린림마만"
    "매명모무문미민바배백범별병보복봉부비빈빛사산삼상새서석선설섭성세소솔송수숙순슬승시식신실심아안애양언여연열영예오옥온완"
    "요용우욱운웅원월위유윤율은을음의이익인일임자잔장재전정제조종주준중지진차찬창채천철청초춘충치칠태택평표필하학한해향헌혁"
    "현형혜호홍화환회효후훈휘흠희결궁솜봄샘쁨"
    "랑겨들걸갑엽말점판억협훤탁탄탐통풍휴긍곤공견군귀극낙녀녕능니득력렬맹면목묘묵방벽분셉숭야업염왕울융응직참큰팔항행황손돌"
)
_NO_NAMES = frozenset(
    """
    고객 고객님 고개 고장 고민 고마 구매 구매자 구입 구성 권리 금액 금요일 기사 기사님 기타 기존 김치 나중 나머지 남편
    남자 남성 내일 노트북
    대리 대리인 도착 동의 동생 마지막 만기 명의 명의자 모두 모레 무료 문의 문자 문제 미성년자 민원 반대 반려 배송
    배송지 배송비 변경 변심 보상
    보호자 본인 부모 부모님 부산 부인 사람 사용 사용자 사장 사장님 사유 사이트 상담 상담사 상담원 상태 서비스 서울
    선물 선생님 설명 설치 성인
    성함 성명 소비자 소유자 손님 송장 수리 수량 수요일 수령 수령인 시간 시작 식구 신고 신청 신청자 신규 신용 아내 아들
    아니 아니요 아직 아까
    안내 안녕 안전 어머니 아버지 어제 언니 언제 엄마 아빠 여기 여자 여성 여동생 연락 연락처 연결 영수증 예금주 예약
    예약자 오늘 오류 오빠 오전 오후
    요금 요청 용도 우리 우선 우체국 원래 원인 월요일 위치 유료 은행 이거 이건 이름 이메일 이미 이번 이상 이용 이용자
    이유 이전 이모 이사 인증
    인터넷 인천 일단 일부 일요일 임시 자동 장소 재고 저희 적립금 전부 전화 전화번호 접수 정말 안이 다음 다음에 정보
    정상 정지 정확 제가 제발 제품 조금
    조회 주문 주문자 주문번호 주부 주소 주인 주말 지금 지난 지연 지인 직원 진짜 진행 차이 차량 처음 천천히 최고 최근
    최대 최소 취소 카드 쿠폰
    토요일 팀장 편의점 포인트 하나 하자 학생 한번 한국 할머니 할아버지 해지 해외 현금 현재 형님 화요일 화면 확인 환불
    회사 회사원 회원 회의 후기
    가입 가입자 가족 간단 강제 거래 건의 계산 계속 계약 계약자 계좌 과장 과장님 관리 관리자 교환 교체 국내 당사자 대전
    대구 광주 경기 제주 세종
    자녀 자기 성인 정기 청구 청소 초기 추가 출고 탈퇴 택배 통장 통신 통화 파손 판매 판매자 표시 품절 필요 한도 할인
    할부 혜택 호수 홈쇼핑 화장실
    담당자 담당 부장 사위 며느리 조카 친구 세대주 의뢰인 발신자 수신자 신랑 신부 기억 사실 당연 이해 감사 미안 죄송
    천만 부탁 가능 여보세요 여보
    상관 별로 그냥 그대로 안심 소개 소식 반장 반장님 지배인 모름 몰라 사모님 이자 이체 인하 인상 주제 주차 지점 지하
    천원 만원 이만 오만
    """.split()
)
_LONGEST = 5  # 남궁 and three syllables


def is_name(word: str) -> bool:
    """Whether ``word``, without spaces, can be a surname with a given name."""
    surname = surname_of(word)
    given = word[len(surname) :]
    most = 3 if len(surname) == 1 else _LONGEST - len(surname)
    made_of_names = 1 <= len(given) <= most and _GIVEN.issuperset(given) and not given.endswith("요")
    short = len(word) == 2 and surname not in _HARDLY_GIVEN  # 민수 and 서연 are rather given names
    return bool(surname) and made_of_names and not short and not is_no_name(word)


def is_given_name(word: str) -> bool:
    """Whether it can be a given name alone: 민수."""
    return len(word) == 2 and _GIVEN.issuperset(word) and not word.endswith("요") and not is_no_name(word)


def is_no_name(words: str) -> bool:
    """Whether it is, or holds, a word that callers often answer with instead: 주문, 배송 조회."""
    word = words.replace(" ", "")
    if len(word) > 3 and (word[:2] in _NO_NAMES or word[:3] in _NO_NAMES):
        return True  # 주문하려
    if len(word) == 3 and word[:2] in _NO_NAMES and word[2] in "하해되돼된할한함":
        return True
    with_particle = word[:-1] in _NO_NAMES and word.endswith(("이", "가", "을", "를", "로"))
    return word in _NO_NAMES or with_particle or not _NO_NAMES.isdisjoint(words.split(" "))


def surname_of(word: str) -> str:
    """The surname that ``word`` begins with, or ""."""
    if word[:2] in _LONG_SURNAMES and len(word) > 2:
        return word[:2]
    return word[:1] if word[:1] in _SURNAMES else ""


def is_surname(word: str) -> bool:
    return word in _SURNAMES or word in _LONG_SURNAMES
