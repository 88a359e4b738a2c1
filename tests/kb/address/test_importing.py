"""Official files taken into a database: what is refused leaves everything as it was."""

import fcntl
from pathlib import Path

import pytest

from kb.address import AddressBook, AddressBookUnusable, AddressFileUnreadable, write_book

ROW = "1|1|서울특별시|중구|태평로1가||0|31|0|1|세종대로|0|{}|0|||04524|||0||||"


def rows(count: int, first: int = 1) -> list[str]:
    return [ROW.format(number) for number in range(first, first + count)]


def written(path: Path, lines: list[str], encoding: str = "cp949") -> Path:
    path.write_text("".join(line + "\r\n" for line in lines), encoding=encoding)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With three addresses in it."""
    path = tmp_path / "addresses.sqlite"
    write_book(path, [written(tmp_path / "old.txt", rows(3))])
    return path


def test_several_files_make_one_book(tmp_path: Path, database: Path) -> None:
    files = [written(tmp_path / f"{name}.txt", rows(20, first)) for name, first in (("one", 1), ("two", 21))]
    done = write_book(database, files, "cp949")
    assert (done.buildings, done.broken, done.first_broken) == (40, 0, ())
    book = AddressBook.open(database)
    assert len(book) == 40
    assert book.search("서울 중구 세종대로 삼십오")[0].address.main == 35


def test_a_few_broken_rows_are_left_out_and_told(tmp_path: Path, database: Path) -> None:
    lines = rows(300)
    lines[41] = "서울특별시|중구"
    path = written(tmp_path / "new.txt", lines)
    done = write_book(database, [path])
    assert (done.buildings, done.broken) == (299, 1)
    assert [str(row) for row in done.first_broken] == [
        f"{path}:42: it has 2 columns, not 24: fetch the file again from juso.go.kr"
    ]


def test_too_many_broken_rows_are_another_layout(tmp_path: Path, database: Path) -> None:
    path = written(tmp_path / "new.txt", [*rows(60), *["1|2|3"] * 2, *rows(30)])
    with pytest.raises(AddressFileUnreadable) as refused:
        write_book(database, [path])
    assert str(refused.value) == (
        f"{path}:61: it has 3 columns, not 24: fetch the file again from juso.go.kr; 2 of 92 rows are broken like this"
        " one: nothing was imported"
    )
    as_it_was(database)


def test_a_file_of_another_layout_is_not_read_to_its_end(tmp_path: Path, database: Path) -> None:
    path = written(tmp_path / "new.txt", ["1|2|3"] * 3_000)
    with pytest.raises(AddressFileUnreadable, match="1,000 of 1,000 rows are broken"):
        write_book(database, [path])
    as_it_was(database)


def test_a_file_that_was_cut_short_is_refused_however_late(tmp_path: Path, database: Path) -> None:
    path = written(tmp_path / "new.txt", rows(500))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(AddressFileUnreadable, match=r"new.txt:500: the file is cut short in this row: fetch"):
        write_book(database, [written(tmp_path / "good.txt", rows(10)), path])
    as_it_was(database)


def test_a_file_that_was_cut_at_the_end_of_a_line_is_noticed_by_the_book_before(tmp_path: Path) -> None:
    database, path = tmp_path / "addresses.sqlite", written(tmp_path / "new.txt", rows(500))
    write_book(database, [path])
    written(path, rows(494))
    with pytest.raises(AddressFileUnreadable) as refused:
        write_book(database, [path])
    assert str(refused.value) == (
        "there are 494 buildings of 서울특별시, and the book has 500: a file may be cut short or missing: fetch the"
        " file again from juso.go.kr, or import with --fewer; nothing was imported"
    )
    assert len(AddressBook.open(database)) == 500
    assert write_book(database, [written(path, rows(495))]).buildings == 495, "some are pulled down"
    assert write_book(database, [written(path, rows(300))], may_lose=True).buildings == 300


def test_a_province_that_is_not_there_any_more_is_noticed(tmp_path: Path, database: Path) -> None:
    elsewhere = [row.replace("서울특별시|중구", "부산광역시|중구") for row in rows(50)]
    with pytest.raises(AddressFileUnreadable, match="there are 0 buildings of 서울특별시, and the book has 3"):
        write_book(database, [written(tmp_path / "new.txt", elsewhere)])
    as_it_was(database)


@pytest.mark.parametrize("content", [b"no database", b""])
def test_what_is_no_book_has_nothing_to_lose(tmp_path: Path, content: bytes) -> None:
    database = tmp_path / "addresses.sqlite"
    database.write_bytes(content)
    assert write_book(database, [written(tmp_path / "new.txt", rows(5))]).buildings == 5


def test_a_file_in_the_wrong_encoding_is_refused(tmp_path: Path, database: Path) -> None:
    path = written(tmp_path / "new.txt", rows(5), "utf-8")
    with pytest.raises(AddressFileUnreadable, match=r"new.txt:1: it is written in UTF-8, not in CP949"):
        write_book(database, [path], "cp949")
    as_it_was(database)
    assert write_book(database, [path], "utf-8").buildings == 5


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, database: Path, content: str) -> None:
    path = tmp_path / "new.txt"
    path.write_text(content, encoding="ascii")
    with pytest.raises(AddressFileUnreadable, match="has no address in it: name another file"):
        write_book(database, [path])
    as_it_was(database)


def test_only_one_import_writes_at_a_time(tmp_path: Path, database: Path) -> None:
    beside = database.with_name(database.name + ".new")
    with beside.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(AddressBookUnusable, match="another import is writing"):
            write_book(database, [tmp_path / "old.txt"])
        assert beside.exists(), "it belongs to the other"
    assert len(AddressBook.open(database)) == 3


def test_what_a_killed_import_left_is_written_over(tmp_path: Path, database: Path) -> None:
    database.with_name(database.name + ".new").write_bytes(b"half a database" * 1_000)
    assert write_book(database, [tmp_path / "old.txt"]).buildings == 3
    as_it_was(database)


def test_a_book_that_is_open_goes_on_with_the_old_addresses(tmp_path: Path, database: Path) -> None:
    opened = AddressBook.open(database)
    write_book(database, [written(tmp_path / "new.txt", rows(50))])
    assert [one.missing for one in opened.search("세종대로 이")] == ["none"]
    assert opened.search("세종대로 사십오")[0].missing == "building"
    assert AddressBook.open(database).search("세종대로 사십오")[0].missing == "none"


def test_progress_is_told_and_ends_at_all(tmp_path: Path) -> None:
    told: list[tuple[int, float]] = []
    files = [written(tmp_path / f"{name}.txt", rows(7_000)) for name in ("one", "two")]
    write_book(tmp_path / "addresses.sqlite", files, None, lambda count, share: told.append((count, share)))
    assert [count for count, _ in told] == [10_000, 14_000]
    assert 0.5 < told[0][1] < 1 and told[-1][1] == 1


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, database: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_book(tmp_path / "none" / "addresses.sqlite", [tmp_path / "old.txt"])


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(AddressBookUnusable, match="is a folder"):
        write_book(tmp_path, [written(tmp_path / "new.txt", rows(1))])


def as_it_was(database: Path) -> None:
    assert len(AddressBook.open(database)) == 3
    assert not [path for path in database.parent.iterdir() if path.name.startswith(f"{database.name}.")]
