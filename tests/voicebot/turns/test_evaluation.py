"""Files of turns, and what is counted in them."""

from pathlib import Path

import pytest

from voicebot.cases import CasesUnusable
from voicebot.turns.evaluation import evaluate, read_turns


def test_cuts_and_lateness_are_told_apart() -> None:
    result = evaluate([("환불해 주세요", True), ("제가 어제", True), ("취소할게요", False), ("음", False)])
    assert (result.n, result.accuracy) == (4, 0.5)
    assert [text for text, _ in result.cut] == ["취소할게요"]
    assert [text for text, _ in result.late] == ["제가 어제"]


def test_a_label_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "turns.tsv"
    file.write_text("text\tend|open\n네\tend\n음\tpause\n", encoding="utf-8")
    with pytest.raises(CasesUnusable, match='"음" is labelled "pause"'):
        read_turns(file)
