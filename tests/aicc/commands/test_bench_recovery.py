"""``aicc bench recovery``, on the real service: it kills one of its processes."""

import json

import pytest


@pytest.mark.slow
@pytest.mark.load
def test_calls_are_taken_again_and_those_of_the_dead_are_hung_up(aicc):
    result = aicc("bench", "recovery", "--calls", "4", "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["calls_up"] == 4
    assert figures["callers_hung_up"] == 2
    assert 0 < figures["last_hung_up_s"] < 5
    assert 0 < figures["next_answered_s"] < 2
    assert figures["failed"] == 0
    assert figures["process_back_s"] < 60
