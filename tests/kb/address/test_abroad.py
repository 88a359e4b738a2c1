"""An address of another country is none of the book's, however much of it sounds like one."""

from pathlib import Path

import pytest

from kb.address import AddressBook
from kb.address.abroad import abroad

SAMPLE = Path(__file__).parents[3] / "scenarios/nuri/addresses.txt"
ELSEWHERE = """
도쿄도 신주쿠구 니시신주쿠 2-8-1
도쿄도 신주쿠구 신주쿠 삼가
도쿄도 스미다구 오시아게 1-1-2
오사카부 오사카시 기타구 우메다 3-1-1
교토부 교토시 시모교구 중앙로 12
가나가와현 요코하마시 나카구 중앙로 1
홋카이도 삿포로시 중앙로 1
일본 오사카 중앙로 1
캘리포니아주 로스앤젤레스 세종대로 110
뉴욕시 5번가 350
미국 뉴욕 브로드웨이 1500
베이징시 둥청구 세종대로 110
중국 상하이시 황푸구 종로 1
베트남 하노이 짱띠엔로 1
호주 시드니 조지로 1
시드니 조지로 1
런던 베이커가 221
프랑스 파리 샹젤리제 거리 101
배송지를 도쿄도 미나토구 세종대로 백십으로 바꿔 주세요
""".strip().splitlines()
HERE = {
    "한국 서울시 중구 세종대로 110": 110,
    "도쿄에서 왔는데 세종대로 백십이요": 110,
    "일본 갔다가 왔는데요 강남구 테헤란로 152": 152,
    "도쿄도 가 봤는데 서울시 중구 세종대로 110이요": 110,
    "미국 말고 서울 중구 세종대로 백십": 110,
    "세종대로 110": 110,
}


@pytest.fixture(scope="module")
def book() -> AddressBook:
    return AddressBook.of_file(SAMPLE)


@pytest.mark.parametrize("text", ELSEWHERE)
def test_there_is_none_of_another_country(book: AddressBook, text: str) -> None:
    assert book.search(text) == []


@pytest.mark.parametrize(("text", "main"), HERE.items())
def test_an_address_of_here_is_found_beside_another_country(book: AddressBook, text: str, main: int) -> None:
    assert book.search(text)[0].address.main == main


@pytest.mark.parametrize(
    "text",
    [
        "나주시 빛가람로 1",
        "경주 불국로 385",
        "제주도 서귀포시 중문관광로",
        "양주시 부흥로",
        "인도 옆 가게요",
        "김빈 씨 댁",
    ],
)
def test_places_of_here_are_not_taken_for_others(text: str) -> None:
    assert abroad(text) == "no"
