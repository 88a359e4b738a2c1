"""``aicc bench sip``: what it prints of calls that were set up, and of datagrams that were spoiled."""

import contextlib
import json

import pytest

from aicc.simulation import dialling, remains, service, spoiling
from aicc.simulation.dialling import Dialled
from aicc.simulation.remains import Held, Remains
from aicc.simulation.service import Service
from aicc.simulation.spoiling import Sent

CALLS = [Dialled(0.0, 0.005, 1.0), Dialled(0.0, 0.015, 1.0), Dialled(0.0, None, 1.0, "refused (503)")]


class FakeDialler:
    def __init__(self):
        self.asked = []

    async def dial_many(self, calls, per_second, stays_s, seed):
        self.asked.append((calls, per_second))
        return CALLS


class FakeSpoiler:
    async def send(self, count):
        return Sent(count, {1, 2}, {400: 1, 481: 1}, [3.0, 5.0])


@pytest.fixture
def bench(aicc, monkeypatch, tmp_path):
    """The figures of a service that is not there; what it was started with is in ``bench.started``."""

    @contextlib.asynccontextmanager
    async def started(config=None, settings=None, log=None):
        bench.started.append(settings)
        if log:
            log.write(b"Traceback (most recent call last):\n")
        yield Service(tmp_path, pid=1, telephone="sip:127.0.0.1:9")

    def opened(stand_in):
        @contextlib.asynccontextmanager
        async def opened(*_):
            yield stand_in

        return opened

    held = iter([Held(86, 500.0), Held(87, 501.5)])

    async def left(*_):
        return Remains(0, 1, 0, 0)

    monkeypatch.setattr(service, "started", started)
    monkeypatch.setattr(dialling.Dialler, "opened", opened(bench_dialler := FakeDialler()))
    monkeypatch.setattr(spoiling.Spoiler, "opened", opened(FakeSpoiler()))
    monkeypatch.setattr(Held, "by", lambda service: next(held))
    monkeypatch.setattr(remains, "all_gone", left)
    monkeypatch.setattr(remains, "calls_gone", left)

    def bench(*arguments):
        result = aicc("bench", "sip", "--json", *arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    bench.started, bench.asked = [], bench_dialler.asked
    return bench


def test_calls_that_were_set_up_and_what_they_left(bench):
    figures = bench("--calls", "300", "--per-second", "50")
    assert bench.asked == [(40, 50.0), (300, 50.0)], "the first calls do not count"
    assert (figures["setup_p50_ms"], figures["setup_max_ms"]) == (10.0, 15.0)
    assert (figures["failed"], figures["failures"]) == (1, {"refused (503)": 1})
    assert figures["left_behind"] == {"calls": 0, "lines": 1, "legs": 0, "transactions": 0}
    assert (figures["open_files_growth"], figures["memory_growth_mb"]) == (1, 1.5)


def test_there_are_slots_for_all_that_are_up_at_once(bench):
    bench("--per-second", "50")
    assert int(bench.started[0]["AICC_SLOTS"]) >= 50 * 3


def test_spoiled_datagrams_and_the_log_behind_them(bench):
    figures = bench("--mutated", "10")
    assert (figures["datagrams"], figures["answered"], figures["dropped"]) == (10, 2, 8)
    assert figures["options_max_ms"] == 5.0
    assert figures["log"]["tracebacks"] == 1
    assert figures["left_behind"]["lines"] == 1
