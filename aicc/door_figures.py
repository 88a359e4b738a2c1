"""Figures of the doors: calls over SIP and from web pages, bad lines, bad messages, a process that is killed."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aicc.errors import AiccError
from aicc.figure import Figure, answer_of

SILENT = "steps: [{silence_ms: 24000}, hang_up]"
NEVER_S = 999.0  # JSON has no infinity
SIP_TESTS = Path(__file__).parents[1] / "tests" / "voicebot" / "doors" / "sip"


def door_figures() -> Iterator[Figure]:
    """About thirteen minutes: calls take the time that calls take."""
    yield from _talking()
    yield from _web()
    yield from _setting_up()
    with ThreadPoolExecutor() as both:  # neither is about speed, and one waits for a minute until nothing is left
        line = both.submit(answer_of, "eval", "line", "--loss", "0.05", "--jitter-ms", "60", "--json")
        spoiled = both.submit(answer_of, "bench", "sip", "--mutated", "10000", "--json")
    yield from _bad_line(line.result())
    yield from _bad_messages(spoiled.result())
    killed = answer_of("bench", "recovery", "--json")
    next_s = NEVER_S if killed["next_answered_s"] is None else killed["next_answered_s"]
    yield Figure("kill -9 of a media process to the next answer", next_s, 2, "s")
    yield Figure(f"INVITEs refused meanwhile (of {killed['called_meanwhile']})", killed["failed"], 0, "calls")


def _talking() -> Iterator[Figure]:
    one, twenty, fifty = (_calls(calls, seconds) for calls, seconds in ((1, 75), (20, 20), (50, 20)))
    yield Figure("voice to voice over SIP, one call, p50", one["v2v_p50_ms"], 300, "ms")
    yield Figure("voice to voice over SIP, one call, p95", one["v2v_p95_ms"], 520, "ms")
    yield Figure("voice to voice over SIP, 20 calls, p50", twenty["v2v_p50_ms"], 370, "ms")
    yield Figure("voice to voice over SIP, 20 calls, p95", twenty["v2v_p95_ms"], 640, "ms")
    yield Figure("voice to voice over SIP, 50 calls, p95", fifty["v2v_p95_ms"], 700, "ms")
    yield Figure("late frames over SIP, 50 calls", 100 * fifty["late_frames"], 0.1, "%")
    yield Figure("core per talking G.711 call, of 50", 100 * fifty["cores_per_call"], 2.5, "%")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "silent.yaml"
        script.write_text(SILENT)
        silent = _calls(20, 20, "--script", str(script))
    yield Figure("core per G.711 call with a silent caller, of 20", 100 * silent["cores_per_call"], 1.5, "%")


def _calls(calls: int, seconds: int, *more: str) -> dict[str, Any]:
    return answer_of(
        "bench", "calls", "--door", "sip", "--calls", str(calls), "--seconds", str(seconds), *more, "--json"
    )


def _web() -> Iterator[Figure]:
    browser = answer_of("bench", "web", "--json")
    yield Figure(f"voice to voice in Chromium, {browser['measured']} turns, p50", browser["v2v_p50_ms"], 350, "ms")
    peers = answer_of("bench", "web", "--peers", "10", "--seconds", "20", "--json")
    yield Figure("core per WebRTC call, of 10", 100 * peers["cores_per_call"], 8, "%")


def _setting_up() -> Iterator[Figure]:
    dialled = answer_of("bench", "sip", "--calls", "1000", "--per-second", "20", "--json")
    yield Figure("INVITE to 200 at 20 calls a second, p95", dialled["setup_p95_ms"], 100, "ms")
    yield Figure(f"calls that failed (of {dialled['calls']:,})", dialled["failed"], 0, "calls")
    yield Figure("calls, lines, legs, transactions left behind", sum(dialled["left_behind"].values()), 0, "")
    yield Figure("open files left behind", dialled["open_files_growth"], 0, "files")


def _bad_line(line: dict[str, Any]) -> Iterator[Figure]:
    measure = f"turns understood with 5 % loss and 60 ms jitter, of {line['clean']} over a clean line"
    yield Figure(measure, 100 * line["share"], 95, "%", at_least=True)


def _bad_messages(spoiled: dict[str, Any]) -> Iterator[Figure]:
    passed, total = _torture()
    yield Figure(f"messages of RFC 4475 treated otherwise (of {total})", total - passed, 0, "messages")
    log, left = spoiled["log"], spoiled["left_behind"]
    yield Figure(f"exceptions and errors, {spoiled['datagrams']:,} spoiled datagrams", _faults(log), 0, "")
    yield Figure("OPTIONS meanwhile not answered", spoiled["options_unanswered"], 0, "")
    yield Figure("OPTIONS meanwhile, longest", spoiled["options_max_ms"], 500, "ms")
    yield Figure("left behind by spoiled datagrams", sum(left.values()), 0, "")
    yield Figure("open files left behind by them", spoiled["open_files_growth"], 0, "files")


def _faults(log: dict[str, Any]) -> int:
    return int(log["tracebacks"] + log["errors"])


def _torture() -> tuple[int, int]:
    """How many of the RFC's messages are treated as it says, and how many there are: a test each."""
    if not SIP_TESTS.is_dir():
        raise AiccError("the messages of RFC 4475 are among the tests, which are not here: run it in the repository")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "torture_message", str(SIP_TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=SIP_TESTS.parents[3])
    counts = {what: int(count) for count, what in re.findall(r"(\d+) (passed|failed|errors?)", done.stdout)}
    if not counts.get("passed"):
        raise AiccError(f"the tests of RFC 4475 did not run: {(done.stderr or done.stdout).strip()[-300:]}")
    return counts["passed"], sum(counts.values())
