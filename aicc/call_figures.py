"""Figures of calls: how soon the bot answers and falls silent, how many calls fit, how well turns are taken."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import audio_fixtures
from aicc.figure import Figure, answer_of

FIXTURES = Path(audio_fixtures.__file__).parent
SETS_OF_TURNS = ("turns_everyday_calls.tsv", "turns.tsv")


def call_figures() -> Iterator[Figure]:
    """About ten minutes: calls take the time that calls take."""
    one, twenty, fifty = (_bench(calls, seconds) for calls, seconds in ((1, 120), (20, 90), (50, 60)))
    yield Figure("voice to voice, one call, p50", one["v2v_p50_ms"], 280, "ms")
    yield Figure("voice to voice, one call, p95", one["v2v_p95_ms"], 500, "ms")
    yield Figure("voice to voice, 20 calls, p50", twenty["v2v_p50_ms"], 350, "ms")
    yield Figure("voice to voice, 20 calls, p95", twenty["v2v_p95_ms"], 600, "ms")
    yield Figure("voice to voice, 50 calls, p95", fifty["v2v_p95_ms"], 700, "ms")
    yield Figure("late frames, 50 calls", 100 * fifty["late_frames"], 0.1, "%")
    yield Figure("barge-in, 20 calls, p95", twenty["barge_in_p95_ms"], 200, "ms")
    yield Figure("core per talking call, of 50", 100 * fifty["cores_per_call"], 3, "%")
    quiet = _bench(20, 30, FIXTURES / "callers" / "never_speaks.yaml")
    yield Figure("core per call with a silent caller, of 20", 100 * quiet["cores_per_call"], 1, "%")
    yield from _turns()
    manners = answer_of("eval", "calls", "--json")
    yield Figure(f"cut off in mid-sentence (of {manners['said']})", 100 * manners["cut_off_share"], 3, "%")
    yield Figure(
        f"stopped for coughs, nods, echo (of {manners['interjections']})", 100 * manners["false_stop_share"], 2, "%"
    )
    yield Figure("goes on after them within, p95", manners["resume_p95_ms"], 600, "ms")


def _bench(calls: int, seconds: int, *scripts: Path) -> dict[str, Any]:
    chosen = [argument for script in scripts for argument in ("--script", str(script))]
    return answer_of("bench", "calls", "--calls", str(calls), "--seconds", str(seconds), *chosen, "--json")


def _turns() -> Iterator[Figure]:
    found = [answer_of("eval", "turns", str(FIXTURES / name), "--json") for name in SETS_OF_TURNS]
    count = sum(one["n"] for one in found)
    right = sum(one["n"] * one["accuracy"] for one in found) / count
    yield Figure(f"end of turn or not, {count} unseen transcripts", 100 * right, 95, "%", at_least=True)
