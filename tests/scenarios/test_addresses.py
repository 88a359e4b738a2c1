"""The sample addresses are in the official layout, and agree with the country's legal-dong table."""

import gzip
import os
import re
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[2] / "scenarios/nuri/addresses.txt"
DATA = Path(os.environ.get("AICC_TRAINING_DATA", Path(__file__).parents[3] / "shared/data"))
LEGAL_DONGS = DATA / "address/legal_dong_codes.txt.gz"
OFFICIAL = DATA / "address/rnaddrkor_sejong.txt.gz"

ROWS = [line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines()]
MANAGEMENT, DONG_CODE, SIDO, SIGUNGU, DONG, RI = range(6)
ROAD_CODE, ROAD, BASEMENT, MAIN, SUB = range(9, 14)
POSTCODE, BUILDING = 16, 22


def shown(row: list[str]) -> str:
    return " ".join(filter(None, [row[SIDO], row[SIGUNGU], row[ROAD], row[MAIN], row[BUILDING]]))


def test_every_row_has_24_columns_of_the_official_form() -> None:
    for row in ROWS:
        assert len(row) == 24, row
        assert re.fullmatch(r"\d{26}", row[MANAGEMENT]) and re.fullmatch(r"\d{10}", row[DONG_CODE]), shown(row)
        assert re.fullmatch(r"\d{12}", row[ROAD_CODE]) and re.search(r"(로|길)$", row[ROAD]), shown(row)
        assert row[MAIN].isdigit() and row[SUB].isdigit() and row[BASEMENT] == "0", shown(row)
        assert re.fullmatch(r"(\d{5})?", row[POSTCODE]), shown(row)
        parts = row[DONG_CODE][:8], row[ROAD_CODE][5:], row[BASEMENT], row[MAIN].zfill(5), row[SUB].zfill(5)
        assert row[MANAGEMENT] == "".join(parts), shown(row)
        assert row[BUILDING], shown(row)


def test_every_province_has_well_known_buildings() -> None:
    assert len(ROWS) >= 300
    provinces = [row[SIDO] for row in ROWS]
    assert len(set(provinces)) == 17
    assert min(provinces.count(name) for name in set(provinces)) >= 10


def test_nothing_is_there_twice() -> None:
    for key in ((MANAGEMENT,), (BUILDING,), (SIDO, SIGUNGU, ROAD, MAIN, SUB)):
        keys = [tuple(row[column] for column in key) for row in ROWS]
        assert len(keys) == len(set(keys))


def test_a_road_has_one_code_in_its_town_and_a_code_one_road() -> None:
    roads = {((row[ROAD_CODE][:5], row[ROAD]), row[ROAD_CODE]) for row in ROWS}
    assert len({road for road, _ in roads}) == len({code for _, code in roads}) == len(roads)


def test_the_city_hall_of_seoul_is_where_it_is() -> None:
    (hall,) = [row for row in ROWS if row[BUILDING] == "서울특별시청"]
    place = [hall[column] for column in (SIDO, SIGUNGU, DONG, ROAD, MAIN, POSTCODE)]
    assert place == ["서울특별시", "중구", "태평로1가", "세종대로", "110", "04524"]


@pytest.mark.skipif(not LEGAL_DONGS.exists(), reason=f"no {LEGAL_DONGS}: set AICC_TRAINING_DATA")
def test_codes_and_names_agree_with_the_legal_dong_table() -> None:
    lines = gzip.decompress(LEGAL_DONGS.read_bytes()).decode("cp949").splitlines()[1:]
    names = {code: name for code, name, state in (line.split("\t") for line in lines) if state == "존재"}
    for row in ROWS:
        ours = " ".join(filter(None, (row[column] for column in (SIDO, SIGUNGU, DONG, RI))))
        assert names.get(row[DONG_CODE]) == ours, shown(row)


@pytest.mark.skipif(not OFFICIAL.exists(), reason=f"no {OFFICIAL}: set AICC_TRAINING_DATA")
def test_the_rows_of_sejong_are_the_official_ones() -> None:
    official = set(gzip.decompress(OFFICIAL.read_bytes()).decode("cp949").splitlines())
    ours = ["|".join(row) for row in ROWS if row[SIDO] == "세종특별자치시"]
    assert [row for row in ours if row not in official] == []
