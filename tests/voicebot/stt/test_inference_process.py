"""The supervisor with real processes."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from voicebot.stt import inference_process
from voicebot.stt.inference_process import InferenceProcess

pytestmark = pytest.mark.slow


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def with_process(
    path: Path, happen: Callable[[InferenceProcess, list[str]], Awaitable[None]], recognizer: str = "bundled"
) -> None:
    async def run() -> None:
        faults: list[str] = []
        process = InferenceProcess(
            path, recognizer, path.parent, "cpu", on_fault=lambda what, cured_by: faults.append(f"{what}; {cured_by}")
        )
        running = asyncio.create_task(process.run())
        try:
            async with asyncio.timeout(60):
                await happen(process, faults)
                last = process.pid
        finally:
            running.cancel()
            await asyncio.wait([running])
        assert last is None or not is_alive(last)
        assert not path.exists()

    asyncio.run(run())


async def gone(pid: int) -> None:
    while is_alive(pid):
        await asyncio.sleep(0.02)


async def next_ready(process: InferenceProcess, after: int) -> None:
    while process.pid in (None, after) or not process.ready.is_set():
        await asyncio.sleep(0.02)


def test_a_killed_process_is_started_anew(tmp_path: Path) -> None:
    async def happen(process: InferenceProcess, faults: list[str]) -> None:
        await process.ready.wait()
        first = process.pid
        assert first is not None and not faults
        os.kill(first, signal.SIGKILL)
        await next_ready(process, first)
        assert faults == ["the inference process ended with -9; it starts anew in 1 s"]

    with_process(tmp_path / "s", happen)


def test_a_process_that_hangs_is_killed_and_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_process, "LOOK_S", 0.1)
    monkeypatch.setattr(inference_process, "ANSWER_S", 0.3)

    async def happen(process: InferenceProcess, faults: list[str]) -> None:
        await process.ready.wait()
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        await next_ready(process, first)
        assert not is_alive(first)
        assert faults[0].startswith("the inference process has not answered 3 times")

    with_process(tmp_path / "s", happen)


def test_one_that_cannot_load_is_tried_ever_more_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference_process, "RETRY_S", 0.01)

    async def happen(process: InferenceProcess, faults: list[str]) -> None:
        while len(faults) < 2:
            await asyncio.sleep(0.02)
        assert not process.ready.is_set()
        assert faults[0].startswith("the inference process ended with 2")

    with_process(tmp_path / "s", happen, "whisper:none")


def test_it_leaves_when_its_parent_has_died(tmp_path: Path) -> None:
    async def run() -> None:
        parent = await asyncio.create_subprocess_exec("sleep", "600")
        command = InferenceProcess(tmp_path / "s", "bundled", tmp_path, "cpu")._command
        command[command.index("--parent") + 1] = str(parent.pid)  # which is not its parent, as if that were gone
        process = await asyncio.create_subprocess_exec(*command)
        assert await asyncio.wait_for(process.wait(), 60) == 0
        parent.kill()
        await parent.wait()

    asyncio.run(run())
