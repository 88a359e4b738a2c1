"""Whether a new book lacks what the old one has.

Official files tell neither how many rows they have nor where they end: one that was cut at the end of a line is whole
by itself. It is noticed by what the book before has of the same province.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from kb.address.tables import open_tables

MOST_LOST = 0.01
"""The share of a province's buildings that may be gone; far more than are pulled down between two files."""


def buildings_by_sido(database: Path) -> dict[str, int]:
    """Empty where there is no book of this version."""
    with contextlib.suppress(sqlite3.Error):
        if database.is_file() and (tables := open_tables(database)):
            with contextlib.closing(tables):
                return tables.buildings_by_sido()
    return {}


def lost(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """What is said of the province that has lost the most; empty where none has lost too many."""
    left = {sido: after.get(sido, 0) / count for sido, count in before.items()}
    sido = min(left, key=lambda one: left[one], default="")
    if not sido or left[sido] >= 1 - MOST_LOST:
        return ""
    return f"there are {after.get(sido, 0):,} buildings of {sido}, and the book has {before[sido]:,}"
