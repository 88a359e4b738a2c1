"""``aicc bench desk``: two callers and two agents, with all that is measured of them."""

import json

import pytest


@pytest.mark.load
@pytest.mark.parametrize("way", [[], ["--browsers"]])
def test_everybody_is_bridged_and_heard(aicc, way):
    result = aicc("bench", "desk", "--calls", "2", "--seconds", "20", "--panels", "9", *way, "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["calls"], figures["agents"]) == (2, "browsers" if way else "telephones")
    assert figures["still_talking"] == 2
    assert 0 < figures["both_hear_p50_ms"] <= figures["both_hear_p95_ms"]
    assert figures["words"] > 5
    assert 0 < figures["partial_p50_ms"] <= figures["partial_p95_ms"]
    assert figures["suggestions"] > 0
    assert figures["panels_open"] == 9
    assert figures["panel_messages"] >= 9
    assert figures["cores"] > 0
    assert figures["cores_per_call"] == pytest.approx(figures["cores"] / 2, abs=0.001)


def test_nothing_is_no_bench(aicc):
    for odd in (["--calls", "0"], ["--seconds", "1"]):
        assert aicc("bench", "desk", *odd).exit_code == 2
