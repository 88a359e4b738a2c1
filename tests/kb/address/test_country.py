"""A country made of a city, and callers who say its addresses."""

import random
import zipfile
from pathlib import Path

import pytest

from kb.address import AddressBook, OfficialRow, read_official, write_book
from kb.address.callers import MANNERS, spoken
from kb.address.country import Country
from kb.address.evaluation import evaluate
from kb.address.official_row import read_row

ROW = "1|3611010100|세종특별자치시||반곡동||0|{}|0|361102000002|한누리대로|0|{}|0|1|반곡동|30145||20181204|0|||{}|"
DONGS = """법정동코드\t법정동명\t폐지여부
1100000000\t서울특별시\t존재
1111000000\t서울특별시 종로구\t존재
1111010100\t서울특별시 종로구 청운동\t존재
1111010200\t서울특별시 종로구 신교동\t폐지
4146000000\t경기도 용인시\t존재
4146100000\t경기도 용인시 처인구\t존재
4146125000\t경기도 용인시 처인구 포곡읍\t존재
4146125021\t경기도 용인시 처인구 포곡읍 전대리\t존재
4146125022\t경기도 용인시 처인구 포곡읍 둔전리\t존재
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [ROW.format(at, 2 * at, "왕관빌딩" if at % 4 == 0 else "") for at in range(1, 80)]
    (tmp_path / "city.txt").write_text("\n".join(rows), encoding="cp949")
    (tmp_path / "dongs.txt").write_text(DONGS, encoding="cp949")
    return tmp_path


def country(folder: Path, seed: int = 0) -> Country:
    return Country(folder / "city.txt", folder / "dongs.txt", seed)


def test_the_same_seed_makes_the_same_country(folder: Path) -> None:
    one, again, other = (list(country(folder, seed).rows(600)) for seed in (0, 0, 1))
    assert one == again != other
    assert len(one) == len(other) == 600


def test_rows_lie_in_the_lowest_places_that_exist(folder: Path) -> None:
    rows = [read_row("|".join(row)).address for row in country(folder).rows(600)]
    places = {(row.sido, row.sigungu, row.town, row.ri) for row in rows}
    assert places == {
        ("서울특별시", "종로구", "청운동", ""),
        ("경기도", "용인시 처인구", "포곡읍", "전대리"),
        ("경기도", "용인시 처인구", "포곡읍", "둔전리"),
    }
    assert len({row.road for row in rows}) > 10
    assert len({row.building for row in rows}) > 10


def test_the_archive_is_an_official_one(folder: Path) -> None:
    shown = country(folder).write(folder / "country.zip", 600)
    with zipfile.ZipFile(folder / "country.zip") as archive:
        assert archive.namelist() == ["rnaddrkor_11.txt", "rnaddrkor_41.txt"]
    rows = list(read_official(folder / "country.zip"))
    assert len(rows) == 600
    assert rows == [read_row("|".join(row)) for row in shown]
    assert all(isinstance(row, OfficialRow) for row in rows)


def test_what_callers_say_means_the_address(folder: Path) -> None:
    shown = country(folder).write(folder / "country.zip", 600)
    write_book(folder / "country.sqlite", [folder / "country.zip"])
    book = AddressBook.open(folder / "country.sqlite")
    draw = random.Random(1)
    for manner in MANNERS:
        cases = [spoken(read_row("|".join(row)).address, manner, draw) for row in shown[::8]]
        said = [case for case in cases if case]
        assert len(said) >= 10
        report = evaluate(book, said)
        assert report.top3 >= 0.8, (manner, report.missed[:3])
