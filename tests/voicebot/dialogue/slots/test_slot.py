import json
from datetime import date, time

import pytest

from voicebot.dialogue.slots import Hours, Value, to_json


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (35000, "35000"),
        ("20261122", '"20261122"'),
        (date(2026, 11, 25), '"2026-11-25"'),
        (time(15, 30), '"15:30"'),
        (Hours(time(14), time(16)), '{"from": "14:00", "to": "16:00"}'),
    ],
)
def test_every_value_has_a_json_form(value: Value, expected: str) -> None:
    assert json.dumps(to_json(value)) == expected
