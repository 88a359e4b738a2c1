"""``aicc bench address``, with a small country made of the sample company's addresses."""

import json
from pathlib import Path

import pytest

from tests.kb.address.test_country import DONGS

SAMPLE = Path(__file__).parents[3] / "scenarios/nuri/addresses.txt"


@pytest.fixture
def data(site: Path) -> Path:
    import gzip

    folder = site / "address"
    folder.mkdir()
    rows = SAMPLE.read_text(encoding="utf-8").encode("cp949")
    (folder / "rnaddrkor_sejong.txt.gz").write_bytes(gzip.compress(rows))
    (folder / "legal_dong_codes.txt.gz").write_bytes(gzip.compress(DONGS.encode("cp949")))
    return folder


def test_a_country_is_made_imported_and_searched(aicc, data, site):
    asked = ("bench", "address", "--rows", "1000", "--lookups", "21", "--data", str(data), "--folder", "made")
    result = aicc(*asked, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["rows"], told["lookups"]) == (1_000, 21)
    assert 0 < told["p50_ms"] <= told["p95_ms"]
    assert told["top3"] >= 0.8
    assert set(told["p95_ms_of"]) >= {"whole", "no city", "misheard", "lot", "building"}
    assert sorted(path.name for path in (site / "made").iterdir()) == ["country.sqlite", "country.zip"]


def test_without_its_data_it_says_what_to_name(aicc, site):
    result = aicc("bench", "address", "--data", "none", "--json")
    assert result.exit_code == 1
    assert "--data" in json.loads(result.stdout)["error"]
