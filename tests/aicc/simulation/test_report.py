import json

import pytest

from aicc.simulation.report import CallReport, Lateness, Summary, Turn


def said(v2v_ms: float | None, **more: object) -> Turn:
    return Turn("say", "네", 1_000.04, 2_000.0, False, voice_to_voice_ms=v2v_ms, **more)  # type: ignore[arg-type]


def report(*turns: Turn, frames: int = 1_000, late_share: float = 0.0, failures: tuple[str, ...] = ()) -> CallReport:
    lateness = Lateness(frames, 1.0, 2.0, late_share, 0, 0.0)
    return CallReport("a", 0, 9_000.123, "bot", failures, 0, turns, 4_000, lateness)


def test_a_report_is_json_with_times_to_a_tenth() -> None:
    fields = json.loads(json.dumps(report(said(250.04), said(None, cut_off_after_ms=400.0)).as_json()))
    assert (fields["duration_ms"], fields["turns"][0]["voice_to_voice_ms"], fields["cut_off"]) == (9_000.1, 250.0, 1)
    assert fields["lateness"]["frames"] == 1_000


def test_many_calls_are_summed_up() -> None:
    stopped = Turn("cough", "", 0, 500, True, paused=True, false_stop=True)
    resumed = Turn("cough", "", 0, 500, True, paused=True, resume_ms=400.0)
    alone = Turn("cough", "", 0, 500, False)
    cut_in = Turn("cut_in", "아니", 0, 500, True, voice_to_voice_ms=300.0, barge_in_ms=150.0)
    hello = Turn("hello", "여보세요?", 0, 500, False, voice_to_voice_ms=9_000.0)
    keys = Turn("keys", "1#", 0, 500, False, voice_to_voice_ms=9_000.0)
    summary = Summary.of(
        [
            report(said(100.0), said(None, cut_off_after_ms=300.0), stopped, resumed, alone, late_share=0.01),
            report(said(200.0), cut_in, hello, keys, frames=3_000, failures=("the bot fell silent",)),
        ]
    )
    assert (summary.calls, summary.failed, summary.turns) == (2, 1, 9)
    assert (summary.v2v_p50_ms, summary.barge_in_p95_ms, summary.resume_p95_ms) == (200, 150, 400)
    assert (summary.cut_off_share, summary.false_stop_share) == (pytest.approx(1 / 3), 0.5)
    assert summary.late_frames == pytest.approx(0.0025)


def test_of_what_never_happened_there_is_no_figure() -> None:
    summary = Summary.of([])
    assert (summary.calls, summary.v2v_p95_ms, summary.cut_off_share, summary.late_frames) == (0, None, None, 0)
    assert json.dumps(summary.as_json())
