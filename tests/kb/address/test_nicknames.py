import pytest

from kb.address import Address
from kb.address.nicknames import nicknames

SEOUL = Address("서울특별시", "중구")


@pytest.mark.parametrize(
    ("name", "address", "nickname"),
    [
        ("서울특별시청", SEOUL, "서울시청"),
        ("충청남도청", Address("충청남도", "홍성군"), "충남도청"),
        ("강원특별자치도청", Address("강원특별자치도", "춘천시"), "강원도청"),
        ("서울대학교병원", SEOUL, "서울대병원"),
        ("국립부경대학교", Address("부산광역시", "남구"), "부경대"),
        ("현대백화점 판교점", Address("경기도", "성남시 분당구"), "판교 현대백화점"),
        ("광주 동구청", Address("광주광역시", "동구"), "동구청"),
        ("(주)비앤케이", SEOUL, "비앤케이"),
        ("인천국제공항 제2여객터미널", Address("인천광역시", "중구"), "인천공항 제2터미널"),
    ],
)
def test_callers_names_for_a_building(name: str, address: Address, nickname: str) -> None:
    assert nickname in nicknames(name, address)


@pytest.mark.parametrize("name", ["종묘", "서울역", "코엑스", "국립극장"])
def test_no_name_is_shortened_until_nothing_is_left(name: str) -> None:
    assert all(len(nickname) >= 2 and nickname != name for nickname in nicknames(name, SEOUL))
