"""Ten thousand entries made of few, to measure what a large knowledge base costs."""

from collections.abc import Sequence

from kb.entry import Entry

_THINGS = (
    "냉장고 세탁기 청소기 노트북 휴대전화 텔레비전 공기청정기 정수기 에어컨 선풍기 전기밥솥 "
    "전자레인지 오븐 커피머신 믹서기 식기세척기 건조기 다리미 가습기 제습기 매트리스 소파 책상 "
    "의자 옷장 커튼 이불 베개 카펫 조명 운동화 구두 코트 청바지 원피스 가방 지갑 시계 목걸이 "
    "안경 향수 로션 샴푸 치약 기저귀 분유 유모차 카시트 장난감 자전거"
).split()


def many(entries: Sequence[Entry], count: int) -> list[Entry]:
    """``count`` different entries: each question asked of one thing after another, then of two."""
    made: list[Entry] = []
    for round_number in range(count):
        further, first = divmod(round_number, len(_THINGS))
        things = f"{_THINGS[further % len(_THINGS)]} {_THINGS[first]}" if further else _THINGS[first]
        for number, entry in enumerate(entries):
            if len(made) == count:
                return made
            made.append(
                Entry(
                    f"M{round_number}-{number}",
                    f"{things} {entry.question}",
                    f"{things}의 경우 {entry.answer}",
                    entry.category,
                )
            )
    return made
