"""The page itself: one file of HTML beside the recordings, nothing loaded from anywhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pygal
import soundfile
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pygal.style import Style

from aicc.report.transcript import NAMES, Line, ending, lines_of
from aicc.report.waveform import COLUMNS, HEIGHT, Waveform
from voicebot.events import CallStarted, Latency, Logged
from voicebot.log import end_of

PARTS = (("endpoint_ms", "발화 종료 판정"), ("stt_ms", "인식"), ("mind_ms", "답변 결정"), ("tts_ms", "음성 합성"))
MOST_LABELS = 24  # of turns, on the chart's axis
_COLOURS = ("#9db4c0", "#5c8d89", "#e0a458", "#c05746")


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """``recording`` is None where the call was not recorded. ``waits_ms`` is what a caller's own ears have measured,
    from their last sound to the bot's first; None: nobody has, and what the log says of it is shown."""

    title: str
    events: Sequence[Logged]
    recording: Path | None
    waits_ms: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    caller: str
    ending: str
    seconds: float
    lines: Sequence[Line]
    waveform: Waveform | None
    sound: str | None


def write_report(calls: Sequence[ReportedCall], path: Path) -> None:
    """Writes the page to ``path``; recordings are named relative to it. OSError where it cannot be written."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["html.j2"]), trim_blocks=True
    )
    waits = [wait for call in calls for wait in _waits(call)]
    page = environment.get_template("page.html.j2").render(
        calls=[_shown(call, path.parent) for call in calls],
        names=NAMES,
        columns=COLUMNS,
        height=HEIGHT,
        chart=_chart(calls),
        p50=round(float(np.percentile(waits, 50))) if waits else None,
        p95=round(float(np.percentile(waits, 95))) if waits else None,
        turns=len(waits),
        by_ear=any(call.waits_ms is not None for call in calls),
    )
    path.write_text(page, encoding="utf-8")


def _waits(call: ReportedCall) -> Sequence[float]:
    if call.waits_ms is not None:
        return call.waits_ms
    return [one.event.voice_to_voice_ms for one in call.events if isinstance(one.event, Latency)]


def _shown(call: ReportedCall, folder: Path) -> _Shown:
    started = next((one.event for one in call.events if isinstance(one.event, CallStarted)), None)
    ended = end_of(call.events)
    length_ms = ended.duration_ms if ended else call.events[-1].at_ms if call.events else 0
    return _Shown(
        call.title,
        started.caller if started else "",
        ending(ended) if ended else "통화 중" if call.events else "연결되지 않음",
        length_ms / 1000,
        lines_of(call.events),
        _waveform(call.recording),
        quote(os.path.relpath(call.recording, folder)) if call.recording else None,
    )


def _waveform(recording: Path | None) -> Waveform | None:
    """None too where the recording cannot be read: the page has the words all the same."""
    try:
        return Waveform.of(recording) if recording else None
    except (soundfile.SoundFileError, OSError):
        return None


def _chart(calls: Sequence[ReportedCall]) -> str | None:
    """Every turn's wait, in its parts, as SVG; without the library's script, which it would load from elsewhere."""
    latencies = [
        (number, one.event)
        for number, call in enumerate(calls, 1)
        for one in call.events
        if isinstance(one.event, Latency)
    ]
    if not latencies:
        return None
    style = Style(
        background="transparent",
        plot_background="transparent",
        colors=_COLOURS,
        font_family="inherit",
        guide_stroke_color="#e6ebed",
        major_guide_stroke_color="#e6ebed",
        guide_stroke_dasharray="0",
        major_guide_stroke_dasharray="0",
    )
    chart = pygal.StackedBar(
        style=style,
        js=[],
        height=280,
        width=COLUMNS,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(PARTS),
        show_y_guides=True,
        explicit_size=False,
        show_minor_x_labels=False,
        truncate_label=-1,
    )
    chart.x_labels = [f"{number}-{latency.turn}" for number, latency in latencies]
    chart.x_labels_major_every = -(-len(latencies) // MOST_LABELS)
    chart.y_labels = _scale(max(latency.voice_to_voice_ms for _, latency in latencies))
    for name, title in PARTS:
        chart.add(title, [getattr(latency, name) for _, latency in latencies])
    return str(chart.render(disable_xml_declaration=True, is_unicode=True))


def _scale(longest_ms: int) -> list[int]:
    """Round figures from 0 up to ``longest_ms`` and a little more, nine at most."""
    step = next(step for power in range(1, 9) for base in (1, 2, 5) if (step := base * 10**power) * 7 >= longest_ms)
    return list(range(0, max(1, longest_ms) + step, step))
