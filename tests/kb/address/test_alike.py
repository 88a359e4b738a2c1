"""The index of names by their letters."""

import sqlite3

import pytest

from kb.address.alike import SCHEMA, Alike, write_alike
from kb.jamo import letters

NAMES = ("테헤란로", "테헤란로4길", "한누리대로", "세종대로", "종로", "반곡로", "이우")
DISTRICTS = {"테헤란로": 1, "테헤란로4길": 1, "한누리대로": 2, "세종대로": 3, "종로": 3, "반곡로": 2, "이우": 2}


@pytest.fixture
def alike() -> Alike:
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"CREATE TABLE sound (id, letters); CREATE TABLE called (sound, district); {SCHEMA}")
    for number, name in enumerate(NAMES, 1):
        connection.execute("INSERT INTO sound VALUES (?, ?)", (number, letters(name)))
        connection.execute("INSERT INTO called VALUES (?, ?)", (number, DISTRICTS[name]))
    write_alike(connection)
    return Alike(connection)


def names(numbers: list[int]) -> list[str]:
    return [NAMES[number - 1] for number in numbers]


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("테헤란노", "테헤란로"),
        ("저기요 그 테헤란로요", "테헤란로"),
        ("한우리대로", "한누리대로"),
        ("방곡로", "반곡로"),
        ("종노", "종로"),
    ],
)
def test_the_name_that_was_meant_is_the_most_alike(alike: Alike, heard: str, meant: str) -> None:
    assert names(alike.nearest(letters(heard), 3))[0] == meant


def test_no_more_than_wanted_and_the_best_of_them(alike: Alike) -> None:
    assert names(alike.nearest(letters("테헤란로"), 1)) == ["테헤란로"]
    assert len(alike.nearest(letters("테헤란로"), 2)) == 2


def test_only_of_the_districts(alike: Alike) -> None:
    assert names(alike.nearest(letters("세종대로"), 9, {2})) == ["한누리대로"]
    assert names(alike.nearest(letters("세종대로"), 9, {2, 3}))[0] == "세종대로"
    assert alike.nearest(letters("세종대로"), 9, {77}) == []


@pytest.mark.parametrize("heard", ["", "ㅏ", letters("이우"), letters("쾅쾅"), "abcdef", "\x00🙂가나"])
def test_what_shares_nothing_finds_nothing(alike: Alike, heard: str) -> None:
    assert alike.nearest(heard, 9) == []
