"""Figures of the desk: what callers and agents wait for, how many talk at once, and the panel in a browser."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from aicc.errors import AiccError
from aicc.figure import Figure, answer_of

PANEL = "tests.desk.browsers.figures"
SECONDS = "60"


def desk_figures() -> Iterator[Figure]:
    """About eight minutes."""
    telephones = answer_of("bench", "desk", "--calls", "20", "--seconds", SECONDS, "--json")
    yield from _bridged(telephones, "SIP telephones")
    browsers = answer_of("bench", "desk", "--browsers", "--calls", "10", "--seconds", SECONDS, "--json")
    yield from _bridged(browsers, "browsers")
    watched = answer_of("bench", "desk", "--calls", "20", "--panels", "200", "--seconds", SECONDS, "--json")
    yield Figure("panels open beside 20 bridged calls", watched["panels_open"], 200, "panels", at_least=True)
    yield Figure("calls that go on beside 200 panels", watched["still_talking"], 20, "calls", at_least=True)
    yield Figure("late frames beside 200 panels", watched["frames_late_percent"], 0.1, "%")
    yield Figure("caller's words to the screen beside 200 panels, p95", watched["partial_p95_ms"], 350, "ms")
    yield from _panel()


def _bridged(found: dict[str, Any], agents: str) -> Iterator[Figure]:
    calls = found["calls"]
    yield Figure(f"accept to both hear each other, agents at {agents}, p95", found["both_hear_p95_ms"], 500, "ms")
    yield Figure(f"caller's words to the agent's screen, {calls} calls, p95", found["partial_p95_ms"], 350, "ms")
    yield Figure(f"caller's words to a suggestion, {calls} calls, p95", found["suggestion_p95_ms"], 500, "ms")
    yield Figure(f"bridged calls at once, agents at {agents}", found["still_talking"], calls, "calls", at_least=True)
    yield Figure(f"late frames of {calls} bridged calls", found["frames_late_percent"], 0.1, "%")


def _panel() -> Iterator[Figure]:
    command = [sys.executable, "-m", PANEL, "--json"]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise AiccError(f"{PANEL} printed no figures: {done.stderr.strip()[-300:]}") from None
    yield Figure("first paint of the panel, worst of 7 visits", found["first_paint_worst_ms"], 1_000, "ms")
    yield Figure("what the panel loads first, gzip", found["loaded_first_gzip_bytes"] / 1_000, 400, "kB")
    yield Figure(
        f"growth of the page's heap, second half of {found['events']:,} events", found["heap_growth_percent"], 10, "%"
    )
