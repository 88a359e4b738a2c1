"""Official files as they come: two encodings, compressed or not, whole or not."""

import gzip
import zipfile
from pathlib import Path

import pytest

from kb.address import Address, AddressFileUnreadable, OfficialRow, read_official
from kb.address.official_file import CutShort, OfficialFile
from kb.address.official_row import Former
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
        (changed(3, "?????????"), 'the third column, sido, is "?????????", which ends neither in 시 nor in 도'),
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
    assert str(broken).startswith(f"{path}:2: it is not written in UTF-8 as those before it are")


def test_a_file_in_another_encoding_than_wanted_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{ROW}\n", encoding="utf-8")
    with pytest.raises(AddressFileUnreadable, match=r"addresses.txt:1: it is written in UTF-8, not in CP949.*--utf-8"):
        list(OfficialFile(path, "cp949").rows())
    assert list(OfficialFile(path, "utf-8").rows()) == [OfficialRow(CITY_HALL)]
    path.write_bytes(f"{ROW}\n".encode("cp949"))
    with pytest.raises(AddressFileUnreadable, match="it is written in CP949, not in UTF-8"):
        list(OfficialFile(path, "utf-8").rows())


def test_what_is_in_no_known_encoding_is_broken_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_bytes(f"{ROW}\n{ROW}\n".encode("utf-16"))
    found = list(OfficialFile(path, "cp949").rows())
    assert found and all(isinstance(row, BrokenRow) for row in found)
    assert "it is in no known encoding" in str(found[0])


@pytest.mark.parametrize("read_as", ["latin-1", "cp949"])
def test_letters_that_a_program_has_garbled_are_no_addresses(tmp_path: Path, read_as: str) -> None:
    """Opened in a wrong encoding and saved in UTF-8, the file is good UTF-8."""
    garbled = ROW.encode("utf-8").decode(read_as, "replace")
    path = tmp_path / "addresses.txt"
    path.write_text(f"{garbled}\n{ROW}\n", encoding="utf-8")
    broken, whole = read(path)
    assert isinstance(broken, BrokenRow) and whole == OfficialRow(CITY_HALL)


def test_a_compressed_file_that_is_cut_short_gives_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt.gz"
    rows = "\n".join(changed(13, str(number)) for number in range(1, 5_000))
    packed = gzip.compress(rows.encode())
    path.write_bytes(packed[: len(packed) // 2])
    found = read(path)
    assert len(found) > 100
    assert all(isinstance(row, OfficialRow) for row in found[:-1])
    cut = found[-1]
    assert isinstance(cut, CutShort)
    assert (cut.line, cut.reason) == (len(found), "the file is cut short in this row")


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_text_that_is_cut_short_ends_with_where(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "addresses.txt"
    content = f"{ROW}\r\n{ROW}\r\n".encode(encoding)
    path.write_bytes(content[:-20])
    first, last = read(path)
    assert first == OfficialRow(CITY_HALL)
    assert isinstance(last, CutShort)
    assert str(last) == f"{path}:2: the file is cut short in this row: fetch the file again from juso.go.kr"


def test_a_last_row_without_the_end_of_its_line_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{ROW}\n{ROW}", encoding="cp949")
    assert read(path) == [OfficialRow(CITY_HALL)] * 2


def test_rows_that_end_with_one_more_mark_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{ROW}|\n", encoding="cp949")
    assert read(path) == [OfficialRow(CITY_HALL)]


def test_an_archive_gives_the_buildings_of_all_its_texts(tmp_path: Path) -> None:
    path = tmp_path / "202611_도로명주소 한글_전체분.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rnaddrkor_seoul.txt", f"{ROW}\r\n".encode("cp949"))
        archive.writestr("rnaddrkor_busan.txt", f"{ROW}\r\n{ROW}\r\n".encode("cp949"))
        archive.writestr("jibun_rnaddrkor_seoul.txt", "1|1|서울특별시\r\n".encode("cp949"))
        archive.writestr("layout.xlsx", b"PK")
    file = OfficialFile(path, "cp949")
    assert file.share == 0
    assert list(file.rows()) == [OfficialRow(CITY_HALL)] * 3
    assert file.share == 1


def test_an_archive_that_is_cut_short_or_has_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "addresses.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rnaddrkor_seoul.txt", "\n".join(changed(13, str(at)) for at in range(1, 900)).encode("cp949"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    [only] = read(path)
    assert isinstance(only, CutShort) and "the archive is cut short or damaged" in str(only)
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 0xFF
    path.write_bytes(damaged)
    assert isinstance(read(path)[-1], CutShort)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.pdf", b"")
    with pytest.raises(AddressFileUnreadable, match=r"has no .txt of addresses in it"):
        read(path)


@pytest.mark.parametrize(
    ("written", "former"),
    [
        ("서울특별시 중구 옛시청길 12-3", Former("옛시청길", 12, 3)),
        ("서울특별시 중구 소공로 지하 7", Former("소공로", 7, 0)),
        ("서울특별시 중구 세종대로18길 5", Former("세종대로18길", 5, 0)),
        ("서울특별시 중구", None),
    ],
)
def test_the_former_address_is_read(tmp_path: Path, written: str, former: Former | None) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{changed(18, written)}\n", encoding="cp949")
    [row] = read(path)
    assert isinstance(row, OfficialRow) and row.former == former


def test_the_administrative_dong_is_read_where_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "addresses.txt"
    path.write_text(f"{changed(16, '명동')}\n{changed(16, '태평로1가')}\n", encoding="cp949")
    other, same = read(path)
    assert isinstance(other, OfficialRow) and other.admin_dong == "명동"
    assert isinstance(same, OfficialRow) and same.admin_dong == ""


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AddressFileUnreadable, match="no address file"):
        read(tmp_path / "none.txt")
    with pytest.raises(AddressFileUnreadable, match="cannot be read"):
        read(tmp_path)
