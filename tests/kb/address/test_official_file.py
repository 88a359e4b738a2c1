"""Official files as they come: two encodings, compressed or not, whole or not."""

import gzip
from pathlib import Path

import pytest

from kb.address import Address, AddressFileUnreadable, OfficialRow, read_official
from kb.loading.row import BrokenRow

ROW = "1|1|서울특별시|중구|태평로1가||0|31|0|1|세종대로|0|110|0|||04524|||0|||서울특별시청|"
CITY_HALL = Address(
    "서울특별시", "중구", "태평로1가", "", "세종대로", 110, jibun_main=31, postcode="04524", building="서울특별시청"
)


def changed(column: int, value: str) -> str:
    columns = ROW.split("|")
    columns[column - 1] = value
    return "|".join(columns)


def read(path: Path) -> list[OfficialRow | BrokenRow]:
    return list(read_official(path))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_form_of_file_is_read(tmp_path: Path, encoding: str, is_packed: bool, line_end: str) -> None:
    content = f"{ROW}{line_end}{ROW}{line_end}".encode(encoding)
    path = tmp_path / "addresses.txt"
    path.write_bytes(gzip.compress(content) if is_packed else content)
    assert read(path) == [OfficialRow(CITY_HALL)] * 2


def test_the_name_in_the_building_register_stands_in_or_beside(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{changed(22, '시청')}\n{changed(22, '시청').replace('|서울특별시청|', '||')}\n", encoding="utf-8")
    both, alone = read(path)
    assert isinstance(both, OfficialRow) and isinstance(alone, OfficialRow)
    assert (both.address.building, both.register_name) == ("서울특별시청", "시청")
    assert (alone.address.building, alone.register_name) == ("시청", "")


def test_mountain_lots_and_basements(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{changed(7, '1')}\n{changed(12, '1')}\n", encoding="utf-8")
    mountain, basement = read(path)
    assert isinstance(mountain, OfficialRow) and mountain.address.mountain
    assert isinstance(basement, OfficialRow) and basement.address.underground


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("서울특별시|중구", "it has 2 columns, not 24"),
        (changed(3, ""), "the third column, sido, is empty"),
        (changed(11, ""), "the eleventh column, the road's name, is empty"),
        (changed(13, "백십"), 'the building\'s main number "백십" is not a number of up to five digits'),
        (changed(13, "0"), "the building has no number"),
        (changed(8, "-3"), 'the lot\'s main number "-3" is not a number of up to five digits'),
        (changed(17, "4524"), 'the postcode "4524" does not have five digits'),
        (changed(23, "가" * 3_000), "it is longer than 4,096 bytes"),
    ],
)
def test_a_broken_row_names_its_line_and_stops_nothing(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{ROW}\n\n{row}\n{ROW}\n", encoding="utf-8")
    first, broken, last = read(path)
    assert first == last == OfficialRow(CITY_HALL)
    assert isinstance(broken, BrokenRow)
    assert (broken.source, broken.line, broken.reason) == (str(path), 3, reason)
    assert broken.cure


def test_a_row_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_bytes(f"{ROW}\n".encode() + f"{ROW}\n".encode("cp949") + f"{ROW}\n".encode())
    first, broken, last = read(path)
    assert first == last == OfficialRow(CITY_HALL)
    assert str(broken).startswith(f"{path}:2: it is written in neither UTF-8 nor CP949")


def test_a_compressed_file_that_is_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt.gz"
    rows = "\n".join(changed(13, str(number)) for number in range(1, 5_000))
    packed = gzip.compress(rows.encode())
    path.write_bytes(packed[: len(packed) // 2])
    found = read(path)
    assert len(found) > 100
    assert all(isinstance(row, OfficialRow) for row in found[:-1])
    assert isinstance(found[-1], BrokenRow)
    assert found[-1].reason == "the compressed file is cut short or damaged"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AddressFileUnreadable, match="no address file"):
        read(tmp_path / "none.txt")
    with pytest.raises(AddressFileUnreadable, match="cannot be read"):
        read(tmp_path)
