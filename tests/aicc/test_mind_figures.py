import subprocess
from typing import Any

import pytest

from aicc import mind_figures as figures
from aicc.errors import AiccError


def organisation(recall: float) -> dict[str, Any]:
    measured = {"recall_at_1": recall, "recall_at_3": recall + 0.1}
    return {"aicc": {"paraphrase": measured, "noisy": measured, "none": {"rejected": 0.9}, "false_rejects": 0.04}}


FOUND = {
    "bank": {**organisation(0.5), "bm25": {"paraphrase": {"recall_at_1": 0.0}}},
    "shop": organisation(0.7),
    "speed": {"entries": 5_000, "p95_ms": 8.5, "ingest_s": 12.0},
}
TESTS = {"passed": 40, "failed": 1, "seconds": 9.0, "turn_p95_ms": 11.0}


def test_figures_are_means_of_our_search_over_all_organisations(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"bench": FOUND, "flow": TESTS}
    monkeypatch.setattr(figures, "answer_of", lambda first, *rest: answers[first])
    monkeypatch.setattr(figures, "_memory_mb", lambda: 512.0)
    found = list(figures.mind_figures())
    values = {figure.measure: figure.value for figure in found}
    assert values["paraphrases, recall@1, unseen organisations"] == pytest.approx(60)
    assert values["paraphrases, recall@3, unseen organisations"] == pytest.approx(70)
    assert values["out-of-scope questions refused, unseen organisations"] == pytest.approx(90)
    assert values["right answers refused with them"] == pytest.approx(4)
    assert values["search among 5,000 entries, one core, p95"] == 8.5
    assert values["conversation tests that fail (of 41)"] == 1
    assert values["memory with the sample company loaded"] == 512.0
    assert {figure.measure for figure in found if figure.at_least} == {name for name in values if "unseen" in name}


def done(stdout: str, stderr: str = "", code: int = 0) -> Any:
    return lambda command, **_: subprocess.CompletedProcess(command, code, stdout, stderr)


def test_a_command_that_prints_no_figures_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures.subprocess, "run", done("", "no scenario here\n", 1))
    with pytest.raises(AiccError, match="aicc flow test printed no figures: no scenario here"):
        figures.answer_of("flow", "test")
    with pytest.raises(AiccError, match="does not open: no scenario here"):
        figures._memory_mb()


def test_what_it_prints_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures.subprocess, "run", done('{"passed": 3}\n'))
    assert figures.answer_of("flow", "test") == {"passed": 3}
    monkeypatch.setattr(figures.subprocess, "run", done("512.5\n"))
    assert figures._memory_mb() == 512.5
