"""What a service takes of the machine: its process and all that it has started."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

EVERY_S = 5.0
SETTLED_S = 600.0  # what is taken in the first ten minutes is not growth


@dataclass(frozen=True, slots=True)
class Sample:
    """``memory_mb`` is what no other process shares, summed; ``cpu_s`` all that the processes have used so far."""

    at_s: float
    cpu_s: float
    memory_mb: float
    open_files: int
    processes: int


@dataclass(slots=True)
class Usage:
    """Of the process ``pid`` and its children, from the first sample to the last."""

    pid: int
    samples: list[Sample] = field(default_factory=list)

    async def watch(self, after_s: float, until_s: float) -> None:
        """Takes samples from ``after_s`` to ``until_s``, counted from now: while all callers are at it."""
        now_s = time.monotonic()
        begin_s, end_s = now_s + min(after_s, until_s / 2), now_s + until_s
        while True:
            await asyncio.sleep(max(0.0, begin_s - time.monotonic()))
            self.samples.append(await asyncio.to_thread(self.sample))
            if begin_s >= end_s:
                return
            begin_s = min(begin_s + EVERY_S, end_s)

    def cores(self) -> float:
        """How many cores were busy with it, on average."""
        if len(self.samples) < 2:
            return 0.0
        first, last = self.samples[0], self.samples[-1]
        return round((last.cpu_s - first.cpu_s) / (last.at_s - first.at_s), 3)

    def as_json(self) -> dict[str, object]:
        """Growth is from the end of the first ten minutes, or of the first half of a shorter run, to the end: the
        median of a tenth of the samples at either end."""
        if not self.samples:
            return {}
        began_s, ended_s = self.samples[0].at_s, self.samples[-1].at_s
        settled_s = began_s + min(SETTLED_S, (ended_s - began_s) / 2)
        behind = [sample for sample in self.samples if sample.at_s >= settled_s]
        share = max(1, len(behind) // 10)
        first, last = behind[:share], behind[-share:]
        then_mb, now_mb = _median([one.memory_mb for one in first]), _median([one.memory_mb for one in last])
        files = [_median([one.open_files for one in some]) for some in (first, last)]
        return {
            "memory_mb": round(now_mb, 1),
            "memory_growth": round(now_mb / then_mb - 1, 4) if then_mb else 0.0,
            "open_files": int(files[1]),
            "open_files_growth": int(files[1] - files[0]),
            "processes": last[-1].processes,
        }

    def sample(self) -> Sample:
        """As it is now. Of a process that has ended its parent knows what it has used."""
        cpu_s, memory, files, count = 0.0, 0, 0, 0
        for process in self._processes():
            try:
                used = process.cpu_times()
                memory += process.memory_full_info().uss
                files += process.num_fds()
            except psutil.NoSuchProcess:
                continue
            cpu_s += used.user + used.system + used.children_user + used.children_system
            count += 1
        return Sample(time.monotonic(), cpu_s, memory / 2**20, files, count)

    def _processes(self) -> list[psutil.Process]:
        try:
            process = psutil.Process(self.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def media_processes(pid: int) -> list[psutil.Process]:
    """Those that the service ``pid`` has started for its calls, the oldest first."""
    return [child for child in psutil.Process(pid).children() if "aicc.service.media_process" in child.cmdline()]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
