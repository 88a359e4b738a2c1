from typing import Any

import pytest

from aicc import door_figures as figures
from aicc.errors import AiccError

CALLS = {"v2v_p50_ms": 280.0, "v2v_p95_ms": 360.0, "late_frames": 0.002, "cores_per_call": 0.012}
LEFT = {"calls": 0, "lines": 0, "legs": 1, "transactions": 0}
SPOILED = {
    "datagrams": 10_000,
    "options_unanswered": 0,
    "options_max_ms": 90.0,
    "left_behind": LEFT | {"legs": 0},
    "open_files_growth": 0,
    "log": {"tracebacks": 1, "errors": 1},
}
ANSWERS = {
    ("bench", "calls"): CALLS,
    ("bench", "web"): {"measured": 10, "v2v_p50_ms": 310.0, "cores_per_call": 0.06},
    ("bench", "sip"): {"calls": 1_000, "setup_p95_ms": 12.0, "failed": 0, "left_behind": LEFT, "open_files_growth": 0},
    ("eval", "line"): {"n": 65, "clean": 60, "impaired": 54, "share": 0.9},
    ("bench", "recovery"): {"next_answered_s": None, "called_meanwhile": 60, "failed": 0},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    asked: list[tuple[str, ...]] = []

    def answer_of(*arguments: str) -> dict[str, Any]:
        asked.append(arguments)
        return SPOILED if "--mutated" in arguments else ANSWERS[arguments[:2]]

    monkeypatch.setattr(figures, "answer_of", answer_of)
    monkeypatch.setattr(figures, "_torture", lambda: (49, 49))
    return asked


def test_every_row_is_measured_and_missed_ones_are_seen(asked: list[tuple[str, ...]]) -> None:
    found = list(figures.door_figures())
    assert [figure.measure for figure in found if not figure.met] == [
        "late frames over SIP, 50 calls",
        "calls, lines, legs, transactions left behind",
        "turns understood with 5 % loss and 60 ms jitter, of 60 over a clean line",
        "exceptions and errors, 10,000 spoiled datagrams",
        "kill -9 of a media process to the next answer",
    ]
    assert len({figure.measure for figure in found}) == len(found) == 23
    assert all("--json" in arguments for arguments in asked)
    assert [arguments[5] for arguments in asked if arguments[:2] == ("bench", "calls")] == ["1", "20", "50", "20"]


def test_without_the_tests_there_is_no_figure_of_the_rfc(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(figures, "SIP_TESTS", tmp_path / "gone")
    with pytest.raises(AiccError, match="run it in the repository"):
        figures._torture()


@pytest.mark.slow
@pytest.mark.load
def test_the_messages_of_the_rfc_are_counted() -> None:
    passed, total = figures._torture()
    assert 0 < passed == total >= 49
