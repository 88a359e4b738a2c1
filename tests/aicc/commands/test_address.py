"""``aicc address``: importing official files, and finding what callers say in them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parents[3] / "scenarios/nuri/addresses.txt"


@pytest.fixture
def official(site: Path) -> Path:
    """The sample company's addresses as they would be downloaded."""
    path = site / "202611_전체분.zip"
    with zipfile.ZipFile(path, "w") as archive:
        content = SAMPLE.read_text(encoding="utf-8").encode("cp949")
        archive.writestr("rnaddrkor_seoul.txt", content)
    return path


def line(result: Any, exit_code: int = 0) -> dict[str, Any]:
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


@pytest.fixture
def database(aicc, official, site) -> Path:
    line(aicc("address", "import", str(official), "--db", "addresses.sqlite", "--json"))
    return site / "addresses.sqlite"


def test_import_tells_what_there_is_now(aicc, official, site):
    told = line(aicc("address", "import", str(official), "--db", "addresses.sqlite", "--json"))
    assert told["buildings"] == 480
    assert (told["broken"], told["first_broken"]) == (0, [])
    assert told["bytes"] == (site / "addresses.sqlite").stat().st_size
    shown = aicc("address", "import", str(official), "--db", "addresses.sqlite")
    assert "480 buildings in addresses.sqlite" in shown.stdout


def test_import_of_a_broken_row_names_it(aicc, site):
    rows = SAMPLE.read_text(encoding="utf-8").splitlines()
    rows.insert(7, "서울특별시|중구")
    (site / "one.txt").write_text("\r\n".join(rows), encoding="cp949")
    shown = aicc("address", "import", "one.txt", "--db", "addresses.sqlite")
    assert shown.exit_code == 0
    assert "1 rows are broken and left out" in shown.stdout
    assert "one.txt:8: it has 2 columns, not 24: fetch the file again from juso.go.kr" in shown.stdout


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: content[:-30], ":480: the file is cut short in this row: fetch the file again"),
        (lambda content: content.decode("cp949").encode(), ":1: it is written in UTF-8, not in CP949 as wanted: fetch"),
        (lambda content: content.replace(b"|0|", b"|"), ":1: it has "),
    ],
)
def test_a_file_that_cannot_be_used_leaves_the_book_as_it_was(aicc, database, site, change, error):
    before = database.read_bytes()
    content = SAMPLE.read_text(encoding="utf-8").encode("cp949")
    (site / "new.txt").write_bytes(change(content))
    told = line(aicc("address", "import", "new.txt", "--db", "addresses.sqlite", "--json"), exit_code=1)
    assert f"new.txt{error}" in told["error"]
    assert database.read_bytes() == before
    assert sorted(path.name for path in site.glob("addresses.sqlite*")) == ["addresses.sqlite"]


def test_a_file_in_utf_8_is_taken_when_told_so(aicc, site):
    told = line(aicc("address", "import", str(SAMPLE), "--utf-8", "--db", "addresses.sqlite", "--json"))
    assert told["buildings"] == 480


def test_import_of_no_file_is_told(aicc, site):
    told = line(aicc("address", "import", "gone.zip", "--db", "addresses.sqlite", "--json"), exit_code=1)
    assert told["error"] == 'no address file "gone.zip": check its path'


def test_parse_tells_the_standard_form_and_what_is_missing(aicc, database):
    said = "세종시 한누리대로 이천백삼십 이백삼동 천사호"
    told = line(aicc("address", "parse", said, "--db", str(database), "--json"))
    assert told["text"] == said
    first = told["candidates"][0]
    assert first.pop("score") > 0.9
    assert first == {
        "address": "세종특별자치시 한누리대로 2130 203동 1004호",
        "road": "한누리대로",
        "main": 2130,
        "sub": 0,
        "postcode": "30151",
        "jibun": "세종특별자치시 보람동 718",
        "building": "세종특별자치시청",
        "detail": "203동 1004호",
        "missing": "none",
    }
    shown = aicc("address", "parse", "한누리대로", "--db", str(database))
    assert "needs: number" in shown.stdout


def test_parse_of_no_address_is_an_answer_too(aicc, database):
    assert line(aicc("address", "parse", "네 감사합니다", "--db", str(database), "--json"))["candidates"] == []
    assert "no address in this" in aicc("address", "parse", "네 감사합니다", "--db", str(database)).stdout


def test_parse_without_a_database_takes_that_of_the_scenario(aicc, site):
    told = line(aicc("address", "parse", "서울시청", "--json"))
    assert told["candidates"][0]["road"] == "세종대로"


def test_parse_with_what_is_no_database_is_told(aicc, site):
    told = line(aicc("address", "parse", "서울시청", "--db", "none.sqlite", "--json"), exit_code=1)
    assert told["error"] == 'no address book "none.sqlite": import the official file first'


def test_eval_prints_the_figures(aicc, database, site):
    cases = ['세종대로 백십\t{"road": "세종대로", "main": 110, "sub": 0}', '서울시청\t{"road": "종로", "main": 1}']
    (site / "cases.tsv").write_text("\n".join(cases), encoding="utf-8")
    told = line(aicc("address", "eval", "cases.tsv", "--db", str(database), "--json"))
    assert told.pop("p95_ms") > 0
    assert told == {"n": 2, "top1": 0.5, "top3": 0.5}
    shown = aicc("address", "eval", "cases.tsv", "--db", str(database))
    assert "top 1 50.0%" in shown.stdout and "서울시청" in shown.stdout


def test_eval_of_a_broken_case_names_its_line(aicc, database, site):
    (site / "cases.tsv").write_text("세종대로 백십\n", encoding="utf-8")
    told = line(aicc("address", "eval", "cases.tsv", "--db", str(database), "--json"), exit_code=1)
    assert told["error"].startswith("cases.tsv:1: it is not spoken words, a tab and JSON")
