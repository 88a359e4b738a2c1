from typing import Any

import pytest

from aicc import assist_figures as figures
from aicc.errors import AiccError

ANSWERS = {
    ("bench", "assist"): {"calls_made": 40, "suggestion_p95_ms": 160.0, "note_p95_ms": 90.0, "calls_without_note": 0},
    ("eval", "suggestions"): {"n": 23, "top3": 0.9},
    ("eval", "wrapup"): {"facts": 700, "facts_right": 699},
    ("address", "import"): {},
    ("address", "eval"): {"n": 200, "top1": 0.9, "top3": 0.96},
    ("bench", "address"): {"rows": 6_400_000, "p95_ms": 12.0, "import_s": 300.0},
    ("speaker", "eval"): {"n": 15_000, "eer": 0.07},
    ("bench", "speaker"): {"embed_5s_p50_ms": 12.0, "device": "a GPU", "batch": 64, "batch_p50_ms": 8.0},
}


def test_every_row_is_measured_and_missed_ones_are_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "address").mkdir()
    (tmp_path / "address" / "rnaddrkor_sejong.txt.gz").touch()
    monkeypatch.setenv("AICC_TRAINING_DATA", str(tmp_path))
    monkeypatch.setattr(figures, "answer_of", lambda *arguments: ANSWERS[arguments[:2]])
    monkeypatch.setattr(figures, "_made", lambda module, *arguments: None)
    found = list(figures.assist_figures())
    assert [figure.measure for figure in found if not figure.met] == [
        "final words to suggestion, p95, 20 calls",
        "right entry in the top three (of 23)",
        "facts in notes copied without error (of 700)",
        "equal error rate of the bundled ECAPA (of 15,000 trials)",
    ]
    assert len({figure.measure for figure in found}) == len(found) == 12


def test_without_the_data_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("AICC_TRAINING_DATA", str(tmp_path))
    monkeypatch.setattr(figures, "answer_of", lambda *arguments: ANSWERS[arguments[:2]])
    with pytest.raises(AiccError, match="set AICC_TRAINING_DATA"):
        list(figures.assist_figures())
