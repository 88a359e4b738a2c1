"""What a service takes of the machine: its process and all that it has started."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import psutil

EVERY_S = 5.0
SETTLED_S = 600.0  # what is taken in the first ten minutes is not growth


@dataclass(frozen=True, slots=True)
class Sample:
    """``memory_mb`` is what no other process shares, summed."""

    at_s: float
    memory_mb: float
    open_files: int
    processes: int


@dataclass(slots=True)
class Usage:
    """Of the process ``pid`` and its children, from the making of this on."""

    pid: int
    samples: list[Sample] = field(default_factory=list)
    _began_cpu_s: float = 0.0
    _began_s: float = 0.0

    def __post_init__(self) -> None:
        self._began_cpu_s, self._began_s = self._cpu_s(), time.monotonic()

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            self.samples.append(await asyncio.to_thread(self._sample))
            await asyncio.sleep(EVERY_S)

    def cores(self) -> float:
        """How many cores were busy with it, on average."""
        return round((self._cpu_s() - self._began_cpu_s) / (time.monotonic() - self._began_s), 3)

    def as_json(self) -> dict[str, object]:
        """Growth is from the end of the first ten minutes, or of the first half of a shorter run, to the end: the
        median of some samples each."""
        if not self.samples:
            return {}
        settled_s = min(SETTLED_S, self.samples[-1].at_s / 2)
        behind = [sample for sample in self.samples if sample.at_s >= settled_s] or self.samples
        share = max(1, len(behind) // 10)
        first, last = behind[:share], behind[-share:]
        then_mb, now_mb = _median([one.memory_mb for one in first]), _median([one.memory_mb for one in last])
        return {
            "memory_mb": round(now_mb, 1),
            "memory_growth": round(now_mb / then_mb - 1, 4),
            "open_files": last[-1].open_files,
            "open_files_growth": last[-1].open_files - first[0].open_files,
            "processes": last[-1].processes,
        }

    def _processes(self) -> list[psutil.Process]:
        try:
            process = psutil.Process(self.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _cpu_s(self) -> float:
        total = 0.0
        for process in self._processes():
            try:
                used = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += used.user + used.system
        return total

    def _sample(self) -> Sample:
        memory, files, count = 0, 0, 0
        for process in self._processes():
            try:
                memory += process.memory_full_info().uss
                files += process.num_fds()
                count += 1
            except psutil.NoSuchProcess:
                continue
        return Sample(time.monotonic() - self._began_s, memory / 2**20, files, count)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
