import pytest

from aicc.service.api.ranges import Part, Unsatisfiable, asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-99", Part(0, 99)),
        ("bytes=100-", Part(100, 999)),
        ("bytes=-1", Part(999, 999)),
        ("bytes=-5000", Part(0, 999)),
        ("bytes=990-5000", Part(990, 999)),
        ("Bytes = 0 - 0", Part(0, 0)),
        ("bytes=999-999", Part(999, 999)),
    ],
)
def test_a_part_is_within_the_file(header: str, part: Part) -> None:
    assert asked_part(header, 1_000) == part


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "bytes", "bytes=", "bytes=-", "lines=0-9", "bytes=0-1,5-6", "bytes=9-3", "bytes=a-b", "bytes=٣-٤"),
        "bytes=0-" + "9" * 5_000,
    ],
)
def test_what_is_no_single_range_is_everything(header: str | None) -> None:
    assert asked_part(header, 1_000) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_behind_the_end_does_not_exist(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked_part(header, 1_000)


def test_an_empty_file_has_no_part() -> None:
    for header in ("bytes=0-0", "bytes=-5"):
        with pytest.raises(Unsatisfiable):
            asked_part(header, 0)


def test_the_length_counts_both_ends() -> None:
    assert len(Part(0, 0)) == 1
    assert len(Part(100, 199)) == 100
