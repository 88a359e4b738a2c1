import csv
import datetime
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.timing import cpu_s
from voicebot.text import Rewritten, to_spoken, to_written

DATA = Path(os.environ.get("AICC_TRAINING_DATA", Path(__file__).parents[4] / "shared/data"))
needs_numbers = pytest.mark.skipif(not (DATA / "numbers").is_dir(), reason=f"no {DATA}/numbers: set AICC_TRAINING_DATA")
needs_prose = pytest.mark.skipif(not (DATA / "text").is_dir(), reason=f"no {DATA}/text: set AICC_TRAINING_DATA")


@needs_numbers
def test_every_collected_case() -> None:
    lines = (DATA / "numbers" / "spoken_to_written.tsv").read_text(encoding="utf-8").splitlines()
    cases = [line.split("\t") for line in lines if line]
    assert len(cases) >= 78
    assert [(spoken, to_written(spoken).text) for spoken, _ in cases] == [tuple(case) for case in cases]


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("지난달 요금이 팔만 구천구백 원 나왔는데 왜 그런가요", "지난달 요금이 89,900원 나왔는데 왜 그런가요"),
        ("제 번호는 공일공 어 일이삼사 음 오육칠팔이에요", "제 번호는 010-1234-5678이에요"),
        ("내일 오전 아홉 시 사십오 분까지 될까요", "내일 오전 9시 45분까지 될까요"),
        ("생수 스물네 병 두 박스요", "생수 24병 2박스요"),
        ("약정 이십사 개월에 위약금이 십칠만 삼천 원이래요", "약정 24개월에 위약금이 173,000원이래요"),
        ("판교역로 백육십육 삼층이고 공육이 이삼사 오육칠팔로 주세요", "판교역로 166 3층이고 062-234-5678로 주세요"),
        ("안녕하세요 요금 때문에 전화했는데요", "안녕하세요 요금 때문에 전화했는데요"),
    ],
)
def test_sentences_of_callers(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("총삼만원", "총30,000원"),
        ("약오백미터", "약500미터"),
        ("제이십회", "제20회"),
        ("오후두시", "오후 2시"),
        ("약사회", "약사회"),
        ("제한시간", "제한시간"),
    ],
)
def test_words_joined_in_front(spoken: str, written: str) -> None:
    assert to_written(spoken).text == written


# ---- nothing that is said breaks it

ODD = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
PIECES = """
공 영 일 이 삼 사 오 육 칠 팔 구 십 백 천 만 억 조 경 한 두 세 네 다섯 열 스물 스무 시 분 초 반 년 월 일 원 개 명 번 째
번째 호 동 층 점 분의 과 와 루트 마이너스 다시 에 의 국 어 음 유월 시월 첫 퍼센트 ㅋ ㅠ 😀 a 1 , . - ?
"""
NEAR = st.lists(st.sampled_from([*PIECES.split(), " ", "\u1109", "\u1166"]), max_size=30).map("".join)


@given(ODD | NEAR)
@settings(max_examples=500)
def test_no_text_raises(text: str) -> None:
    for rewritten in (to_written(text), to_written(text, partial=True), to_spoken(text)):
        assert rewritten.source == text


@given(st.text(alphabet=st.characters(blacklist_categories=("Lo", "Lm", "Cs")), max_size=60))
def test_text_without_hangul_stays(text: str) -> None:
    if not re.search("[\u1100-\u11ff\uac00-\ud7a3]", text):
        assert to_written(text).text == text


@pytest.mark.parametrize(
    "repeated", ["일", "일 ", "공일공 어 ", "이백삼동 천사호 ", "일년", "삼월 일일 ", "백 ", "일이 다시 ", "가나다 "]
)
def test_time_grows_with_the_text_and_no_faster(repeated: str) -> None:
    def seconds(length: int) -> float:
        text = (repeated * length)[:length]
        return cpu_s(lambda: (to_written(text), to_written(text, partial=True)), 2)

    seconds(1_000)
    assert seconds(10_000) < 40 * max(seconds(1_000), 0.001)


# ---- partial transcripts

TALK = """
제 번호는 공일공 어 일이삼사 음 오육칠팔이고요 이름은 김철수예요
삼만 오천 원 원하는 대로 결제했어요
두 번 다시 안 살 거예요 두 번 전화했거든요
오후 세 시 반까지 와 주세요 아니 반장님이랑 올게요
백이십삼 다시 사 번지 맞고요 백이십삼 다시 말할게요
이천이십육년 십일월 이십이일에 이십일까지라고 했어요
이동 삼백일호 이동 중이에요
이 분 정도 기다렸는데 이 분이 안 오셨어요
일과 이분의 일 컵이고 삼 점 오 퍼센트 맞나요
이번 출구로 나왔는데 이번 달에는 없었어요
주문번호 이공이육일일이이공공일 확인해 주세요
네 시간 걸렸고 네 시간 괜찮아요
""".split("\n")[1:-1]


def committed(partial: Rewritten) -> str:
    """The output up to the last number that is written."""
    ends = [span.end for span in partial.spans if span.rewritten]
    return partial.text[: ends[-1]] if ends else ""


@given(st.lists(st.sampled_from(TALK), min_size=1, max_size=3).map(" ".join), st.data())
def test_what_a_partial_has_written_is_never_taken_back(talk: str, data: st.DataObject) -> None:
    final = to_written(talk).text
    shown = ""
    for length in sorted(data.draw(st.lists(st.integers(0, len(talk)), max_size=12))):
        partial = to_written(talk[:length], partial=True)
        assert partial.text.startswith(shown)
        shown = committed(partial)
        assert final.startswith(shown)


def test_an_unfinished_number_is_shown_as_it_was_said() -> None:
    for unfinished in ("삼만", "삼만 오천", "삼만 오천 원", "요금은 삼만 오천 원"):
        assert to_written(unfinished, partial=True).text == unfinished
    assert to_written("요금은 삼만 오천 원 나왔는데 ", partial=True).text == "요금은 35,000원 나왔는데 "


def test_partials_of_a_telephone_number_do_not_flicker() -> None:
    said = "번호가 공일공 일이삼사 오육칠팔 맞는데 왜요"
    shown = {to_written(said[:length], partial=True).text for length in range(len(said) + 1)}
    assert {text for text in shown if re.search(r"\d", text)} == {
        text for text in shown if text.startswith("번호가 010-1234-5678 맞는데 ")
    }


# ---- round trips: what the mouth says is written as it was


@pytest.mark.parametrize("hour", range(25))
def test_times_round_trip(hour: int) -> None:
    for minute in (0, 1, 9, 10, 30, 59):
        written = f"{hour}시 {minute}분" if minute else f"{hour}시"
        assert to_written(to_spoken(written).text).text == written


@given(st.integers(0, 10**15))
def test_amounts_round_trip(amount: int) -> None:
    assert to_written(to_spoken(f"{amount:,}원").text).text == f"{amount:,}원"
    assert to_written(to_spoken(f"요금은 {amount:,}원입니다").text).text == f"요금은 {amount:,}원입니다"


@given(st.dates())
def test_dates_round_trip(date: datetime.date) -> None:
    written = f"{date.year}년 {date.month}월 {date.day}일"
    assert to_written(to_spoken(written).text).text == written
    assert to_written(to_spoken(str(date)).text).text == written


@given(st.from_regex(r"(010-\d{4}|02-\d{3,4}|0(31|42|64|70|80)-\d{3,4})-\d{4}|1[568]\d\d-\d{4}", fullmatch=True))
def test_telephones_round_trip(number: str) -> None:
    if number.isascii():
        assert to_written(to_spoken(number).text).text == number
        assert to_written(to_spoken(f"번호는 {number}입니다").text).text == f"번호는 {number}입니다"


@given(st.integers(2, 99), st.sampled_from("개 명 살 시간 번째 마리 권 병 장 대 층 개월 년 킬로미터 퍼센트".split()))
def test_counters_round_trip(number: int, counter: str) -> None:
    written = f"모두 {number}{'%' if counter == '퍼센트' else counter}"
    assert to_written(to_spoken(written).text).text == written


@given(st.integers(101, 2599), st.integers(101, 2599), st.integers(1, 9999), st.integers(1, 999))
def test_addresses_round_trip(block: int, flat: int, lot: int, sub: int) -> None:
    assert to_written(to_spoken(f"{block}동 {flat}호").text).text == f"{block}동 {flat}호"
    assert to_written(to_spoken(f"{lot}-{sub}번지").text).text == f"{lot}-{sub}번지"


@given(st.integers(1, 999), st.integers(1, 999))
def test_decimals_round_trip(whole: int, decimals: int) -> None:
    written = f"금리는 {whole}.{decimals}%"
    assert to_written(to_spoken(written).text).text == written


# ---- prose

NATIVE_COUNTED = re.compile(
    "(?:(?:열|스물|서른|쉰)?(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉)|열|스무) ?"
    "(?:개|명|마리|번째|번|가지|달|대|배|시간|시|살|팀|건|벌|장|병|봉지|권|곳|조각|줄|상자|세트|자리|통)"
)
SINO_READ_BY_EYE = {
    *(
        "일년",
        "삼년",
        "일 년",
        "이 년",
        "천 년",
        "삼개월",
        "오개월",
        "삼일",
        "일인",
        "십 대",
        "삼십대",
        "삼분기",
        "백퍼센트",
    ),
    *("오백원", "천원", "만 달러", "천 달러", "백만 달러", "천만 달러", "천만주", "백만번", "백만 번"),
    *("백 명", "천 명", "만 명", "백만 명", "천만 명", "천 개", "백만 개", "첫 번째"),
}


def prose() -> Iterator[str]:
    with (DATA / "text" / "chatbot_qa.csv").open(encoding="utf-8") as file:
        for row in csv.reader(file):
            yield from row[:2]
    for name, columns in (
        ("korsts_dev", (5, 6)),
        ("korsts_test", (5, 6)),
        ("korsts_train", (5, 6)),
        ("xnli_dev", (0, 1)),
    ):
        for line in (DATA / "text" / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            yield from (cells[column] for column in columns)


@needs_prose
def test_in_prose_only_counted_things_change() -> None:
    changed = set()
    lines = set(prose())
    for line in lines:
        rewritten = to_written(line)
        changed |= {line[span.source_start : span.source_end] for span in rewritten.spans if span.rewritten}
    assert len(lines) > 30_000
    assert {said for said in changed if not NATIVE_COUNTED.fullmatch(said)} - SINO_READ_BY_EYE == set()
