from typing import Any

import pytest

from aicc import call_figures as figures

BENCH = {
    "v2v_p50_ms": 260.0,
    "v2v_p95_ms": 350.0,
    "barge_in_p95_ms": 230.0,
    "late_frames": 0.0002,
    "cores_per_call": 0.012,
}
MANNERS = {"said": 44, "cut_off_share": 0.023, "interjections": 32, "false_stop_share": 0.0, "resume_p95_ms": 280.0}


def test_every_row_is_measured_and_a_missed_one_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer_of(*arguments: str) -> dict[str, Any]:
        asked.append(arguments)
        if arguments[:2] == ("eval", "turns"):
            return {"n": 400, "accuracy": 0.98 if "everyday" in arguments[2] else 0.94}
        return MANNERS if arguments[:2] == ("eval", "calls") else BENCH

    monkeypatch.setattr(figures, "answer_of", answer_of)
    found = {figure.measure: figure for figure in figures.call_figures()}
    assert found["end of turn or not, 800 unseen transcripts"].value == pytest.approx(96)
    assert found["late frames, 50 calls"].value == pytest.approx(0.02)
    assert [figure.measure for figure in found.values() if not figure.met] == [
        "barge-in, 20 calls, p95",
        "core per call with a silent caller, of 20",
    ]
    assert [arguments[3] for arguments in asked if arguments[0] == "bench"] == ["1", "20", "50", "20"]
