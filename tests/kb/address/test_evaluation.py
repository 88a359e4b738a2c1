"""What counts as the right building, and files of cases that cannot be used."""

from pathlib import Path

import pytest

from kb.address import Address, AddressBook, Candidate
from kb.address.evaluation import Case, CasesUnusable, evaluate, read_cases

BOOK = Path(__file__).parents[3] / "scenarios/nuri/addresses.txt"
FOUND = Address("세종특별자치시", "", "조치원읍", "원리", "새내로", 141, 2, False, 771, 125, False, "30025", "조치원역")
MOUNTAIN = Address("세종특별자치시", "", "장군면", "하봉리", "하봉황골길", 63, 0, False, 4, 14, True, "30054")


@pytest.mark.parametrize(
    ("address", "wanted", "is_right"),
    [
        (FOUND, {"road": "새내로", "main": 141, "sub": 2}, True),
        (FOUND, {"road": "새내로", "main": "141", "sub": "2"}, True),
        (FOUND, {"road": "새내로", "main": 141}, True),
        (FOUND, {"road": "새내로", "main": 141, "sub": 0}, False),
        (FOUND, {"road": "새내길", "main": 141, "sub": 2}, False),
        (FOUND, {"postcode": "30025", "bunji": "771-125"}, True),
        (FOUND, {"postcode": "30025", "bunji": "771"}, False),
        (FOUND, {"postcode": "30026", "bunji": "771-125"}, False),
        (FOUND, {"dong": "조치원읍 원리", "bunji": "771-125"}, True),
        (FOUND, {"dong": "원리", "bunji": "771-125"}, True),
        (FOUND, {"dong": "조치원읍 정리", "bunji": "771-125"}, False),
        (FOUND, {"road": "새내로", "main": 9, "postcode": "30025", "bunji": "771-125"}, True),
        (FOUND, {"road": "새내로", "main": 9, "building": "조치원역"}, False),
        (FOUND, {"building": "조치원역", "detail": "2층"}, True),
        (FOUND, {"building": "세종역"}, False),
        (MOUNTAIN, {"dong": "장군면 하봉리", "bunji": "산 4-14"}, True),
        (MOUNTAIN, {"dong": "장군면 하봉리", "bunji": "4-14"}, True),
        (FOUND, {"dong": "원리", "bunji": "산771-125"}, False),
    ],
)
def test_the_same_building_is_right(address: Address, wanted: dict[str, str | int], is_right: bool) -> None:
    assert Case("", wanted).is_met_by(Candidate(address, "", 0.9, "none")) == is_right


def test_shares_and_times_of_a_few_cases(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    path.write_text(
        "# said, what is meant\n"
        '세종대로 백십\t{"road": "세종대로", "main": 110, "sub": 0, "building": "서울특별시청"}\n'
        "\n"
        '대학로 오십\t{"road": "대학로", "main": 50, "postcode": "00000"}\n'
        '서울시청\t{"road": "없는길", "main": 1}\n'
        '아무 말이나\t{"building": "서울특별시청"}\n',
        encoding="utf-8",
    )
    report = evaluate(AddressBook.of_file(BOOK), read_cases(path))
    assert (report.n, report.top1, report.top3) == (4, 0.5, 0.5)
    assert 0 < report.p50_ms <= report.p95_ms
    assert [result.case.spoken for result in report.missed] == ["서울시청", "아무 말이나"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("세종대로 백십", "it is not spoken words, a tab and JSON"),
        ("세종대로 백십\t{", "it is not spoken words, a tab and JSON"),
        ('세종대로 백십\t["세종대로"]', "it is not spoken words, a tab and JSON"),
        ('\t{"road": "세종대로"}', "it is not spoken words, a tab and JSON"),
        ('세종대로 백십\t{"raod": "세종대로"}', 'no key is called "raod"'),
        ('세종대로 백십\t{"road": "세종대로", "main": [110]}', "a value is neither text nor a whole number"),
        ('세종대로 백십\t{"detail": "2층"}', "it tells no building"),
    ],
)
def test_a_case_that_cannot_be_used_names_its_line_and_a_cure(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "cases.tsv"
    path.write_text(f"# remark\n{line}\n", encoding="utf-8")
    with pytest.raises(CasesUnusable, match=f"{path}:2: {reason}.*: "):
        read_cases(path)


def test_a_file_without_cases_is_told(tmp_path: Path) -> None:
    with pytest.raises(CasesUnusable, match="no file"):
        read_cases(tmp_path / "none.tsv")
    (tmp_path / "empty.tsv").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(CasesUnusable, match="has no cases"):
        read_cases(tmp_path / "empty.tsv")
    (tmp_path / "other.tsv").write_bytes("세종".encode("cp949"))
    with pytest.raises(CasesUnusable, match="save it in UTF-8"):
        read_cases(tmp_path / "other.tsv")
