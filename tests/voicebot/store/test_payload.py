"""No event is too odd to be kept."""

import math

import numpy as np
import pytest

from voicebot.store.payload import dumps, loads


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("한글 😀", "한글 😀"),
        (10**30, 10**30),
        (math.nan, None),
        ([math.inf, 10**30], [None, 10**30]),
        ("half \ud800 of a pair", "half ? of a pair"),
        (np.float32(0.5), 0.5),
        ({"a": [1, "\0"]}, {"a": [1, "\0"]}),
    ],
    ids=["plain", "huge", "nan", "nan beside huge", "surrogate", "numpy", "nul"],
)
def test_odd_values(value: object, kept: object) -> None:
    assert loads(dumps({"value": value})) == {"value": kept}
