"""A desk that a test leads."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.desk import Shift
from voicebot.store import Store

Make = Callable[..., Shift]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store.open(f"sqlite:///{tmp_path}/aicc.db")) as opened:
        yield opened


@pytest.fixture
def make(store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Make]:
    """With settings of the block ``desk:``. Nothing that is done behind somebody's back may have failed."""
    made: list[Shift] = []

    def open_shift(**settings: Any) -> Shift:
        made.append(Shift(store, monkeypatch, **settings))
        return made[-1]

    yield open_shift
    for shift in made:
        shift.close()
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


@pytest.fixture
def shift(make: Make) -> Shift:
    return make()
