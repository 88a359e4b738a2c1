import pytest

from kb.address import Address

CITY_HALL = Address("서울특별시", "중구", "태평로1가", "", "세종대로", 110)
EVERLAND = Address("경기도", "용인시 처인구", "포곡읍", "전대리", "에버랜드로", 199)
GANGNAM_STATION = Address("서울특별시", "강남구", road="강남대로", main=396, underground=True)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (CITY_HALL, "서울특별시 중구 세종대로 110"),
        (Address("세종특별자치시", "", "반곡동", "", "한누리대로", 1839), "세종특별자치시 한누리대로 1839"),
        (EVERLAND, "경기도 용인시 처인구 포곡읍 에버랜드로 199"),
        (Address("경기도", "수원시 영통구", "이의동", "", "광교산로", 154, 42), "경기도 수원시 영통구 광교산로 154-42"),
        (GANGNAM_STATION, "서울특별시 강남구 강남대로 지하 396"),
        (Address("서울특별시", "강남구", road="테헤란로"), "서울특별시 강남구 테헤란로"),
        (Address("서울특별시", "강남구", "역삼동"), "서울특별시 강남구 역삼동"),
        (Address("세종특별자치시", "", "반곡동", jibun_main=1), "세종특별자치시 반곡동 1"),
    ],
)
def test_the_standard_form(address: Address, written: str) -> None:
    assert address.written == written


def test_the_form_by_lot() -> None:
    mountain = Address("세종특별자치시", "", "장군면", "하봉리", "하봉황골길", 63, 0, False, 4, 14, True)
    assert mountain.jibun_written == "세종특별자치시 장군면 하봉리 산 4-14"
    assert CITY_HALL.jibun_written == ""


def test_the_form_for_a_region_that_is_not_known() -> None:
    assert CITY_HALL.without_region == "세종대로 110"
    assert EVERLAND.without_region == "에버랜드로 199"
    assert Address("세종특별자치시", "", "반곡동", jibun_main=1).without_region == "반곡동 1"
