"""What search reads of the address book, row by row."""

from pathlib import Path

import pytest

from kb.address import write_book
from kb.address.tables import Tables, open_tables
from kb.jamo import letters

ROWS = (
    "1|1|서울특별시|중구|태평로1가||0|31|0|1|세종대로|0|110|0|1|명동|04524|||0||서울시청|서울특별시청|",
    "1|1|서울특별시|중구|태평로1가||0|31|0|1|세종대로|1|110|0|1|명동|04524|||0||||",
    "1|1|서울특별시|종로구|세종로||0|1|68|1|세종대로|0|172|0|1|사직동|03154|||0||||",
    "1|1|경기도|용인시 처인구|포곡읍|전대리|1|310|2|1|에버랜드로|0|199|0|1|포곡읍|17023|경기도 용인시 옛길 7||0||||",
)


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    path = tmp_path / "addresses.txt"
    path.write_text("\n".join(ROWS), encoding="cp949")
    write_book(tmp_path / "addresses.sqlite", [path])
    opened = open_tables(tmp_path / "addresses.sqlite")
    assert opened
    return opened


def sound(tables: Tables, name: str) -> int:
    return tables.known([letters(name)])[letters(name)]


def test_names_are_known_by_their_letters(tables: Tables) -> None:
    names = ["세종대로", "전대리", "서울특별시청", "서울시청", "옛길", "없는길"]
    assert set(tables.known([letters(name) for name in names])) == {letters(name) for name in names[:-1]}


def test_a_name_is_called_in_each_district_and_an_official_one_is_no_nickname(tables: Tables) -> None:
    roads = tables.called(sound(tables, "세종대로"))
    assert [(one.kind, one.district) for one in roads] == [("road", 1), ("road", 2)]
    assert [one.district for one in tables.called(sound(tables, "세종대로"), {2})] == [2]
    [hall] = tables.called(sound(tables, "서울시청"))
    assert (hall.kind, hall.is_nickname) == ("building", False)


def test_buildings_by_number_and_by_lot(tables: Tables) -> None:
    road = tables.called(sound(tables, "세종대로"))[0].target
    found = tables.on_road(road, 110, 0)
    assert [(one.address.building, one.address.underground) for one in found] == [("서울특별시청", False), ("", True)]
    assert tables.building(found[0].id) == found[0]
    assert tables.on_road(road, 111, 0) == []
    [lot] = tables.on_lot(tables.called(sound(tables, "전대리"))[0].target, 310, 2)
    assert lot.address.jibun_written == "경기도 용인시 처인구 포곡읍 전대리 산 310-2"


def test_a_former_road_leads_to_the_present_one(tables: Tables) -> None:
    [former] = tables.called(sound(tables, "옛길"))
    assert [one.address.road for one in tables.on_road(former.target, 7, 0)] == ["에버랜드로"]
    assert tables.on_road(former.target, 199, 0) == []


def test_a_road_has_its_town_where_that_is_one(tables: Tables) -> None:
    assert tables.road(tables.called(sound(tables, "에버랜드로"))[0].target).town == "포곡읍"


def test_districts_areas_and_administrative_dongs(tables: Tables) -> None:
    assert tables.districts() == [
        (1, "서울특별시", "중구"),
        (2, "서울특별시", "종로구"),
        (3, "경기도", "용인시 처인구"),
    ]
    assert tables.areas() == [(1, 1, "태평로1가", ""), (2, 2, "세종로", ""), (3, 3, "포곡읍", "전대리")]
    assert tables.admin_dongs() == [(1, "명동"), (2, "사직동")]
    assert tables.count() == 4


def test_alike_names_come_with_their_letters(tables: Tables) -> None:
    assert tables.alike(letters("세정대로"))[0] == (sound(tables, "세종대로"), letters("세종대로"))
    assert tables.alike(letters("세정대로"), {3}) != tables.alike(letters("세정대로"))
