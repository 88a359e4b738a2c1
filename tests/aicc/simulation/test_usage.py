import asyncio
import os
import subprocess
import sys

import pytest

from aicc.simulation import usage as usage_module
from aicc.simulation.usage import SETTLED_S, Sample, Usage, media_processes

BUSY = "import time\nwhile time.process_time() < {}: pass\n"
FAMILY = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BUSY.format(0.32)!r}])  # has ended when it is looked at
child = subprocess.Popen([sys.executable, "-c", {BUSY.format(0.32) + "print(1, flush=True); input()"!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
input()
"""  # noqa: E501


def sample(at_s, cpu_s=0.0, memory_mb=100.0, open_files=50):
    return Sample(1_000.0 + at_s, cpu_s, memory_mb, open_files, 3)


def of(*samples):
    return Usage(1, list(samples))


def test_cores_are_what_was_used_between_the_first_sample_and_the_last():
    assert of(sample(0, 7.0), sample(5, 9.0), sample(10, 12.0)).cores() == 0.5
    assert of(sample(0, 7.0)).cores() == 0
    assert of().cores() == 0


def test_growth_of_an_hour_is_from_the_tenth_minute_on():
    warm = [sample(at, memory_mb=100 + at / 6) for at in range(0, int(SETTLED_S), 5)]  # doubles, and is done with that
    flat = [sample(at, memory_mb=200 + at / 1_500) for at in range(int(SETTLED_S), 3_600, 5)]
    figures = of(*warm, *flat).as_json()
    assert 0.005 < figures["memory_growth"] < 0.011
    assert figures["memory_mb"] == pytest.approx(202.2, abs=0.2)


def test_growth_of_a_short_run_is_from_its_middle_on():
    figures = of(
        *(sample(at, memory_mb=mb) for at, mb in ((0, 100), (5, 150), (10, 200), (15, 210), (20, 220)))
    ).as_json()
    assert (figures["memory_mb"], figures["memory_growth"]) == (220.0, 0.1)


def test_one_odd_sample_is_no_growth():
    samples = [sample(at, open_files=50) for at in range(0, 3_600, 5)]
    samples[-1] = sample(3_600, memory_mb=500, open_files=900)
    figures = of(*samples).as_json()
    assert (figures["memory_growth"], figures["open_files"], figures["open_files_growth"]) == (0.0, 50, 0)


def test_open_files_that_stay_open_are_growth():
    samples = [sample(at, open_files=50 + at // 100) for at in range(0, 3_600, 5)]
    assert of(*samples).as_json()["open_files_growth"] > 20


def test_nothing_is_known_without_a_sample():
    assert of().as_json() == {}


def test_a_process_counts_with_all_that_it_has_started():
    family = subprocess.Popen([sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        int(family.stdout.readline())
        seen = Usage(family.pid).sample()
        assert seen.processes == 2
        assert 0.6 <= seen.cpu_s < 5, "of the child that has ended too"  # counted in steps of 10 ms, downwards
        assert seen.memory_mb > 5
        assert seen.open_files >= 6
    finally:
        family.kill()
        family.communicate()
    gone = Usage(family.pid).sample()
    assert (gone.processes, gone.memory_mb, gone.open_files) == (0, 0, 0)


def test_samples_are_of_the_time_in_which_all_callers_are_at_it(monkeypatch):
    monkeypatch.setattr(usage_module, "EVERY_S", 0.05)
    watched = Usage(os.getpid())
    began_s = usage_module.time.monotonic()
    asyncio.run(watched.watch(0.1, 0.3))
    assert 5 <= len(watched.samples) <= 6
    assert watched.samples[0].at_s - began_s >= 0.1
    assert watched.samples[-1].at_s - began_s >= 0.3


def test_who_comes_in_for_longer_than_the_run_lasts_is_watched_for_half_of_it():
    watched = Usage(os.getpid())
    asyncio.run(watched.watch(10.0, 0.1))
    assert len(watched.samples) == 2


def test_media_processes_are_told_from_other_children():
    wait = "import sys; sys.stdin.read()"
    names = ("aicc.service.media_process", "aicc.service.assist")
    children = [subprocess.Popen([sys.executable, "-c", wait, name], stdin=subprocess.PIPE) for name in names]
    try:
        assert [process.pid for process in media_processes(os.getpid())] == [children[0].pid]
    finally:
        for child in children:
            child.communicate()
