"""What conversation tests have shown, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from rich.text import Text

from voicebot.dialogue.trial.case import Talk
from voicebot.dialogue.trial.days import as_said
from voicebot.dialogue.trial.expect import Miss
from voicebot.dialogue.trial.play import Played, Turn
from voicebot.dialogue.trial.suite import Tried


def shown(tried: Sequence[Tried], seconds: float) -> Text:
    """Every failed conversation with what is wrong beneath the turn where it is wrong, and one line for all."""
    failed = [one for one in tried if not one.has_passed]
    text = Text()
    for one in failed:
        text.append_text(failure(one)).append("\n")
    return text.append(summary(tried, seconds), "bold red" if failed else "bold green")


def summary(tried: Sequence[Tried], seconds: float) -> str:
    failed = sum(not one.has_passed for one in tried)
    p50_ms, p95_ms = turn_times_ms(tried)
    counted = f"{len(tried) - failed} of {len(tried)} passed" if failed else f"all {len(tried)} passed"
    return f"{counted} in {seconds:.1f} s; a turn takes {p50_ms:.1f} ms (p50), {p95_ms:.1f} ms (p95)"


def turn_times_ms(tried: Sequence[Tried]) -> tuple[float, float]:
    """The p50 and the p95 of what the bot thought in a turn, services not counted; zeros if there was none."""
    times_ms = [turn.thinking_ms for one in tried for turn in one.played.turns]
    p50_ms, p95_ms = np.percentile(times_ms, [50, 95]) if times_ms else (0.0, 0.0)
    return float(p50_ms), float(p95_ms)


def data(tried: Sequence[Tried], seconds: float) -> dict[str, Any]:
    """As JSON has it."""
    p50_ms, p95_ms = turn_times_ms(tried)
    return {
        "passed": sum(one.has_passed for one in tried),
        "failed": sum(not one.has_passed for one in tried),
        "turns": sum(len(one.played.turns) for one in tried),
        "turn_p50_ms": round(p50_ms, 2),
        "turn_p95_ms": round(p95_ms, 2),
        "seconds": round(seconds, 2),
        "cases": [
            {
                "test": one.written.case.test,
                "path": str(one.written.path),
                "line": one.written.line,
                "passed": one.has_passed,
                "ms": round(one.ms, 1),
                "misses": [{"line": miss.line, "what": miss.what} for miss in one.misses],
            }
            for one in tried
        ],
    }


def failure(tried: Tried) -> Text:
    """A conversation as it went, with what is wrong beneath the turn where it is wrong."""
    written = tried.written
    text = Text.assemble((f"✗ {written.case.test}", "bold"), (f"  {written.path}:{written.line}\n", "dim"))
    for turn in tried.played.turns:
        for label, style, said in _lines(turn, tried.played):
            text.append(f"    {label}  {said}\n", style)
        _append(text, [miss for miss in tried.misses if miss.turn is turn])
    _append(text, [miss for miss in tried.misses if miss.turn is None])
    return text


def _append(text: Text, misses: Sequence[Miss]) -> None:
    for miss in misses:
        text.append(f"      ✗ line {miss.line}: {miss.what}\n", "red")


def _lines(turn: Turn, played: Played) -> Iterator[tuple[str, str, str]]:
    if turn.caller:
        yield "고객", "cyan", _done(turn.caller, played)
    if turn.said:
        yield "봇  ", "", " ".join(turn.said)
    for called in turn.called:
        yield "    ", "dim", str(called)


def _done(step: Talk, played: Played) -> str:
    if step.caller is not None:
        unsure = f" ({step.confidence:g})" if step.confidence < 1 else ""
        return as_said(step.caller, played.now.date()) + unsure
    return f"[{step.press}]" if step.press else "(끊음)" if step.hang_up else "(침묵)"
