"""Commands that let recorded callers call, without the time that calls take."""

import asyncio
import contextlib

import pytest

from aicc.simulation import pool, service
from tests.aicc.commands.recorded import Recorded


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """``recorded(report, ...)``: whoever starts a service and lets callers call gets these reports."""

    def recorded(*reports, **more) -> Recorded:
        stand_in = Recorded(list(reports), tmp_path, **more)

        @contextlib.asynccontextmanager
        async def started(data=None, config=None, settings=None):
            stand_in.started.append({"data": data, "config": config, "settings": settings})
            yield stand_in

        @contextlib.asynccontextmanager
        async def running_or_started(data, config):
            async with started(data, config) as one:
                yield one

        async def run_callers(scripts, schedule, connect, *, speech=None, seed=0, reported=lambda report: None):
            stand_in.asked.append((scripts, schedule))
            await asyncio.sleep(0)  # others get to run meanwhile
            for one in stand_in.reports:
                reported(one)
            return stand_in.reports

        monkeypatch.setattr(service, "started", started)
        monkeypatch.setattr(service, "running_or_started", running_or_started)
        monkeypatch.setattr(pool, "run_callers", run_callers)
        return stand_in

    return recorded
