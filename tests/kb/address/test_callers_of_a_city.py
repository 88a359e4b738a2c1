"""How callers would say the addresses of a whole city, generated: what part of them is understood.

Roads are in three parts; the search was made with the first in sight, the second held out.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

from kb.address import AddressBook, OfficialRow, read_official
from tests.kb.address.saying import Callers

ROOT = Path(__file__).parents[3]
SEJONG = Path(os.environ.get("AICC_TRAINING_DATA", ROOT / "../shared/data")) / "address/rnaddrkor_sejong.txt.gz"
HELD_OUT, SEED, COUNT = 1, 2, 400
LEAST_FIRST, LEAST_IN_THREE, LEAST_MISHEARD = 0.96, 0.98, 0.93


def test_callers_are_understood() -> None:
    if not SEJONG.is_file():
        pytest.skip("no file of Sejong: set AICC_TRAINING_DATA to the folder that has address/")
    book = AddressBook.of_file(SEJONG)
    rows = [row for row in read_official(SEJONG) if isinstance(row, OfficialRow)]
    said: Counter[str] = Counter()
    first: Counter[str] = Counter()
    in_three: Counter[str] = Counter()
    for saying in Callers(rows, HELD_OUT, SEED).say(COUNT):
        is_right = [saying.is_met_by(candidate) for candidate in book.search(saying.text)]
        for kind in ("all", saying.kind, *(("misheard",) if saying.is_misheard else ())):
            said[kind] += 1
            first[kind] += any(is_right[:1])
            in_three[kind] += any(is_right)
    for kind, count in said.items():
        print(f"{kind:10} {count:4} top 1 {first[kind] / count:.1%} top 3 {in_three[kind] / count:.1%}")
    assert said["misheard"] >= 30
    assert first["all"] >= LEAST_FIRST * COUNT
    assert in_three["all"] >= LEAST_IN_THREE * COUNT
    assert first["misheard"] >= LEAST_MISHEARD * said["misheard"]
