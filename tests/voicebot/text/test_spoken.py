import os
import unicodedata
from pathlib import Path

import pytest

from voicebot.text import to_spoken

DATA = Path(os.environ.get("AICC_TRAINING_DATA", Path(__file__).parents[4] / "shared/data"))


@pytest.mark.skipif(not (DATA / "numbers").is_dir(), reason=f"no {DATA}/numbers: set AICC_TRAINING_DATA")
def test_every_collected_case() -> None:
    lines = (DATA / "numbers" / "written_to_spoken.tsv").read_text(encoding="utf-8").splitlines()
    cases = [line.split("\t") for line in lines if line]
    assert len(cases) >= 158
    got = {written: to_spoken(written).text.replace(" ", "") for written, _ in cases}
    assert got == {written: spoken.replace(" ", "") for written, spoken in cases}


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("2026-11-22", "이천이십육년 십일월 이십이일"),
        ("2026. 11. 22.", "이천이십육년 십일월 이십이일"),
        ("10/30/2024", "이천이십사년 시월 삼십일"),
        ("11/22(일)", "십일월 이십이일 일요일"),
        ("5월10일(금)〜15일(수)", "오월 십일 금요일부터 십오일 수요일"),
        ("오후 03:30", "오후 세 시 삼십 분"),
        ("3:30 PM", "오후 세 시 삼십 분"),
        ("24:03:38", "이십사 시 삼 분 삼십팔 초"),
        ("09:00~18:00", "아홉 시부터 십팔 시"),
        ("정오에", "열두 시에"),
        ("26.11.22", "이십육년 십일월 이십이일"),
        ("2024-03", "이천이십사년 삼월"),
        ("10:00-18:00", "열 시부터 십팔 시"),
        ("오전 9시~오후 6시", "오전 아홉 시부터 오후 여섯 시"),
        ("3시 00분", "세 시"),
        ("2026-13-45", "이영이육 다시 일삼 다시 사오"),
    ],
)
def test_dates_and_times(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("010-1234-5678", "공일공 일이삼사 오육칠팔"),
        ("01012345678", "공일공 일이삼사 오육칠팔"),
        ("02)345-6789", "공이 삼사오 육칠팔구"),
        ("(02) 345-6789", "공이 삼사오 육칠팔구"),
        ("+82-10-1234-5678", "공일공 일이삼사 오육칠팔"),
        ("119에 신고", "일일구에 신고"),
        ("1:1 문의", "일 대 일 문의"),
        ("1588-1234로", "일오팔팔 일이삼사로"),
        ("1234-5678-9012-3456", "일이삼사 오육칠팔 구영일이 삼사오육"),
        ("123-4", "백이십삼 다시 사"),
        ("123-45-67890", "일이삼 다시 사오 다시 육칠팔구영"),
        ("1.2.3", "일 점 이 점 삼"),
    ],
)
def test_numbers_of_something(written: str, spoken: str) -> None:
    assert to_spoken(written).text == spoken


def test_a_message_is_read_out() -> None:
    said = to_spoken("고객님, 2026-11-22 오후 3시에 35,000원이 결제됐습니다. 문의는 1588-1234, ARS 2번입니다.")
    assert said.text == (
        "고객님, 이천이십육년 십일월 이십이일 오후 세 시에 삼만 오천 원이 결제됐습니다."
        " 문의는 일오팔팔 일이삼사, 에이알에스 이 번입니다."
    )


@pytest.mark.parametrize("text", ["", "안녕하세요~ 반갑습니다.", "* 주의", "(화)", "ㅋㅋ 😀", "정오표"])
def test_what_can_be_read_stays(text: str) -> None:
    assert to_spoken(text).text == text


def test_keys_of_the_telephone() -> None:
    assert to_spoken("*를 누르거나 #을 눌러 주세요").text == "별표를 누르거나 우물 정자를 눌러 주세요"


def test_decomposed_hangul_is_understood() -> None:
    assert to_spoken(unicodedata.normalize("NFD", "3시")).text == "세 시"
