"""Each test on both databases, with tables of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.postgresql import postgresql, postgresql_server  # noqa: F401 - fixtures
from voicebot.store import Store


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/aicc.db"
    return str(request.getfixturevalue("postgresql").new_database())


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()
