"""The page itself: one file of HTML beside the recordings, nothing loaded from anywhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pygal
from jinja2 import Environment, FileSystemLoader, select_autoescape
from pygal.style import Style

from aicc.report.transcript import Line, lines_of
from aicc.report.waveform import COLUMNS, HEIGHT, Waveform
from voicebot.events import CallEnded, CallStarted, Latency, Logged

PARTS = (("endpoint_ms", "발화 종료 판정"), ("stt_ms", "인식"), ("mind_ms", "답변 결정"), ("tts_ms", "음성 합성"))
_COLOURS = ("#9db4c0", "#5c8d89", "#e0a458", "#c05746")


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """``recording`` is None where the call was not recorded."""

    title: str
    events: Sequence[Logged]
    recording: Path | None


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    caller: str
    ending: str
    seconds: float
    lines: Sequence[Line]
    waveform: Waveform | None
    sound: str | None
    waits_ms: Sequence[int]


def write_report(calls: Sequence[ReportedCall], path: Path) -> None:
    """Writes the page to ``path``; recordings are named relative to it. OSError where it cannot be written."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(["html.j2"]), trim_blocks=True
    )
    shown = [_shown(call, path.parent) for call in calls]
    waits = [wait for call in shown for wait in call.waits_ms]
    page = environment.get_template("page.html.j2").render(
        calls=shown,
        columns=COLUMNS,
        height=HEIGHT,
        chart=_chart(calls) if waits else "",
        p50=round(float(np.percentile(waits, 50))) if waits else None,
        p95=round(float(np.percentile(waits, 95))) if waits else None,
        turns=len(waits),
    )
    path.write_text(page, encoding="utf-8")


def _shown(call: ReportedCall, folder: Path) -> _Shown:
    started = next((one.event for one in call.events if isinstance(one.event, CallStarted)), None)
    ended = next((one.event for one in call.events if isinstance(one.event, CallEnded)), None)
    waits = [one.event.voice_to_voice_ms for one in call.events if isinstance(one.event, Latency)]
    return _Shown(
        call.title,
        started.caller if started else "",
        f"{_BY[ended.by]} · {_REASONS.get(ended.reason, ended.reason)}" if ended else "통화 중",
        (ended.duration_ms if ended else call.events[-1].at_ms if call.events else 0) / 1000,
        lines_of(call.events),
        Waveform.of(call.recording) if call.recording else None,
        os.path.relpath(call.recording, folder) if call.recording else None,
        waits,
    )


_BY = {
    "caller": "고객 종료",
    "bot": "봇 종료",
    "agent": "상담사 종료",
    "network": "회선 종료",
    "service": "서비스 종료",
}

_REASONS = {
    "done": "용건을 마침",
    "caller": "고객이 마치자고 함",
    "hung_up": "전화를 끊음",
    "handoff": "상담사 연결",
    "silence": "말씀이 없음",
    "abuse": "폭언",
    "fault": "장애",
    "too_long": "최장 통화 시간",
}


def _chart(calls: Sequence[ReportedCall]) -> str:
    """Every turn's wait, in its parts, as SVG; without the library's script, which it would load from elsewhere."""
    latencies = [
        (number, one.event)
        for number, call in enumerate(calls, 1)
        for one in call.events
        if isinstance(one.event, Latency)
    ]
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
        style=style, js=[], height=280, width=COLUMNS, legend_at_bottom=True, show_y_guides=True, explicit_size=False
    )
    chart.x_labels = [f"{number}-{latency.turn}" for number, latency in latencies]
    for name, title in PARTS:
        chart.add(title, [getattr(latency, name) for _, latency in latencies])
    return str(chart.render(disable_xml_declaration=True, is_unicode=True))
