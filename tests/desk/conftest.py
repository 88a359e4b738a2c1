"""A service that is started once for a module."""

from collections.abc import Iterator

import pytest

from aicc.simulation.service import Service
from tests.desk.house import serving
from tests.doors import service as real

Running = tuple[Service, real.Service]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def service(running: Running) -> Service:
    return running[0]
