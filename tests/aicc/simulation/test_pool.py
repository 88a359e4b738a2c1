import asyncio
import logging
from pathlib import Path

import pytest

from aicc.simulation.caller import Caller
from aicc.simulation.memory import MemoryDoor, memory_pair
from aicc.simulation.pool import Pacer, Schedule, run_callers
from aicc.simulation.report import CallReport
from aicc.simulation.script import Script, ScriptFile
from aicc.simulation.wire import WavWire, Wire
from tests.aicc.simulation.bot import RATE_HZ, part, silence, tone
from voicebot.doors.wav import WavDoor, WavListener

BRIEF = {"patience_ms": 100, "reaction_ms": [0, 40]}


def script(name: str, *steps: object) -> Script:
    return Script(Path(f"{name}.yaml"), ScriptFile.model_validate({"steps": list(steps)} | BRIEF))


class BriefBot:
    """In real time: says 200 ms, hangs up on a key."""

    def __init__(self, door: WavDoor | MemoryDoor) -> None:
        self.door = door
        self.frames = 0

    async def live(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while not self.door.is_closed:
            self.door.receive()
            if self.door.take_keys():
                self.door.hang_up()
            self.door.send(tone(20) if self.frames < 10 else silence(20))
            self.frames += 1
            due_s += 0.02
            await asyncio.sleep(max(0.0, due_s - loop.time()))
        self.door.hang_up()


def test_callers_call_at_once_over_sockets_with_the_scripts_in_rotation(tmp_path: Path) -> None:
    async def talk() -> list[CallReport]:
        bots: set[asyncio.Task[None]] = set()

        def arrived(token: str, door: WavDoor) -> None:
            bots.add(asyncio.create_task(BriefBot(door).live()))

        listener = WavListener(tmp_path / "calls", arrived)
        listener.start()

        async def connect(of: Script, number: int) -> Wire:
            listener.expect(f"{of.name} {number}")
            return WavWire.connect(tmp_path / "calls", f"{of.name} {number}")

        scripts = [script("keys", {"keys": "1"}), script("leaves", "hang_up")]
        reports = await run_callers(scripts, Schedule(calls=4, every_ms=20), connect)
        listener.close()
        await asyncio.gather(*bots)
        return reports

    reports = asyncio.run(talk())
    assert [(report.number, report.script, report.ended_by) for report in reports] == [
        (0, "keys", "bot"),
        (1, "leaves", "caller"),
        (2, "keys", "bot"),
        (3, "leaves", "caller"),
    ]
    assert not any(report.failures for report in reports)
    assert all(180 <= report.bot_speech_ms <= 200 for report in reports)
    assert all(report.lateness.frames >= 15 for report in reports)


def test_who_is_not_let_in_is_reported_and_the_others_call(tmp_path: Path) -> None:
    async def connect(of: Script, number: int) -> Wire:
        if number == 0:
            return WavWire.connect(tmp_path / "nobody", "a")
        wire, door = memory_pair(RATE_HZ, lambda: 0.0)
        door.hang_up()
        return wire

    reports = asyncio.run(run_callers([script("a", "hang_up")], Schedule(2, every_ms=0), connect))
    assert [report.ended_by for report in reports] == ["nobody", "bot"]
    [failure] = reports[0].failures
    assert failure.startswith("no call: no calls at ")


def test_for_some_seconds_callers_call_again() -> None:
    told: list[int] = []

    async def connect(of: Script, number: int) -> Wire:
        wire, door = memory_pair(RATE_HZ, lambda: 0.0)
        door.hang_up()
        return wire

    async def talk() -> list[CallReport]:
        schedule = Schedule(calls=2, every_ms=0, seconds=0.1)
        return await run_callers(
            [script("a", "hang_up")], schedule, connect, reported=lambda one: told.append(one.number)
        )

    reports = asyncio.run(talk())
    assert len(reports) > 4
    assert [report.number for report in reports] == sorted(told) == list(range(len(reports)))


def test_a_caller_that_breaks_does_not_take_the_others_along(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        rate_hz = RATE_HZ
        is_closed = False

        def receive(self) -> list[object]:
            raise ZeroDivisionError("of wire")

        def hang_up(self) -> None:
            pass

    async def talk() -> tuple[CallReport, CallReport]:
        pacer = Pacer()
        wire, door = memory_pair(RATE_HZ, lambda: 0.0)
        bad, good = Caller(part(), Broken()), Caller(part(), wire)  # type: ignore[arg-type]
        both = asyncio.gather(pacer.play(bad), pacer.play(good))
        await asyncio.sleep(0)
        door.hang_up()
        broken, whole = await both
        return broken, whole

    with caplog.at_level(logging.CRITICAL):
        broken, whole = asyncio.run(talk())
    assert broken.failures == ("ZeroDivisionError: of wire",)
    assert (whole.failures, whole.ended_by) == ((), "bot")


def test_stopped_in_mid_call_the_callers_hang_up() -> None:
    wire, door = memory_pair(RATE_HZ, lambda: 0.0)

    async def talk() -> None:
        connected = asyncio.Event()

        async def connect(of: Script, number: int) -> Wire:
            connected.set()
            return wire

        running = asyncio.create_task(run_callers([script("a", {"silence_ms": 9_000})], 1, connect))
        await connected.wait()
        assert not door.is_closed
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(talk())
    assert door.is_closed


def test_without_scripts_nobody_can_call() -> None:
    async def connect(of: Script, number: int) -> Wire:
        raise AssertionError

    with pytest.raises(ValueError, match="name at least one"):
        asyncio.run(run_callers([], 1, connect))
