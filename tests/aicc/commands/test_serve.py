"""``aicc serve`` as an operator starts it, with the bundled models and the sample company."""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from aicc.service.calling import CallNotTaken, call_in, calls_socket
from aicc.simulation.wire import WavWire
from voicebot.audio import FRAME_MS
from voicebot.events import BotFinished, BotStarted, CallbackBooked, CallEnded, WrappedUp
from voicebot.journal import NAME, read_journal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-c", "import typer; from aicc.commands.serve import serve; typer.run(serve)")


@contextlib.contextmanager
def served(folder, *arguments, **variables):
    """The process, once it has printed its lines."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AICC_")}
    process = subprocess.Popen(
        [*COMMAND, "--http", "127.0.0.1:0", "--data", "data", *arguments],
        env=environment | {"PYTHONPATH": str(ROOT)} | variables,
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()


async def listened(taken, ms):
    """Connects and is silent for so long: how much of what came was sound, in ms."""
    wire = WavWire.connect(Path(taken.socket), taken.call_id, taken.rate_hz)
    silence = np.zeros(taken.rate_hz * FRAME_MS // 1000, np.int16)
    began_s, heard_ms = time.monotonic(), 0
    for tick in range(ms // FRAME_MS):
        await asyncio.sleep(max(0, began_s + tick * FRAME_MS / 1000 - time.monotonic()))
        wire.send(silence)
        heard_ms += FRAME_MS * sum(bool(frame.max() > 300) for frame, _ in wire.receive())
    return wire, heard_ms


def journal_of(folder, call_id):
    return [logged.event for logged in read_journal(folder / "data" / "calls" / call_id / NAME)]


def ended_in(folder, call_id):
    """How the call ended, if it has; its note may be there already."""
    return next((event for event in journal_of(folder, call_id) if isinstance(event, CallEnded)), None)


def until(condition, limit_s=30):
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.05)


def test_a_caller_is_greeted_and_a_killed_process_is_made_good(tmp_path):
    with served(tmp_path, AICC_MEDIA_PROCESSES="1") as process:
        lines = [process.stdout.readline() for _ in range(6)]
        assert lines[0].startswith("누리홈쇼핑: 40 calls at once in 1 processes, kept in ")
        assert re.fullmatch(r"call it from a browser: http://127\.0\.0\.1:\d+/call\n", lines[1])
        assert re.fullmatch(r"people at the desk work at http://127\.0\.0\.1:\d+/desk/\n", lines[2])
        assert re.fullmatch(r"sign in there as admin with the password \S{10,}, shown this once\n", lines[3])
        assert lines[4].startswith("the API listens at http://127.0.0.1:")
        assert lines[5].startswith("its first key, shown this once: aicc_")

        async def run():
            taken = await call_in(calls_socket(tmp_path / "data"), caller="01012345678", called="15880000")
            wire, heard_ms = await listened(taken, 3_000)
            assert heard_ms > 1_000
            for child in psutil.Process(process.pid).children():
                if "aicc.service.media_process" in child.cmdline():
                    child.kill()
            wire.hang_up()
            return taken.call_id

        call_id = asyncio.run(run())
        until(lambda: ended_in(tmp_path, call_id))
        events = journal_of(tmp_path, call_id)
        assert {BotStarted, BotFinished, CallbackBooked} <= {type(event) for event in events}
        ended = ended_in(tmp_path, call_id)
        assert ended.reason == "process_died"
        assert (tmp_path / "data" / "calls" / call_id / ended.recording).exists()


def test_all_in_one_process(tmp_path):
    with served(tmp_path, "--json", AICC_MEDIA_PROCESSES="0", AICC_SAMPLES="false") as process:
        told = json.loads(process.stdout.readline())
        assert (told["processes"], told["scenarios"], told["data"]) == (1, ["누리홈쇼핑"], str(tmp_path / "data"))
        assert psutil.Process(process.pid).children() == []

        async def run():
            taken = await call_in(calls_socket(tmp_path / "data"), caller="01012345678", called="15880000")
            wire, heard_ms = await listened(taken, 2_000)
            assert heard_ms > 500
            process.terminate()  # the call goes on
            with pytest.raises(CallNotTaken, match="the service is going down"):
                while True:
                    await call_in(calls_socket(tmp_path / "data"))
            wire.hang_up()
            return taken.call_id

        call_id = asyncio.run(run())
        assert process.wait(30) == 0
        assert ended_in(tmp_path, call_id).by == "caller"
    assert isinstance(journal_of(tmp_path, call_id)[-1], WrappedUp), "whoever ends, the note is written"
