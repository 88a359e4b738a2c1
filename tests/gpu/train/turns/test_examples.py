"""What is learned from, and what was kept apart to measure with."""

import numpy as np
import pytest

from gpu.train.turns.examples import HELD_OUT, WRITTEN, balanced, written
from gpu.train.turns.requests import done, requests
from gpu.train.turns.training import fitted, rows
from voicebot.turns.ends import ends
from voicebot.turns.evaluation import evaluate, read_turns


def test_nothing_held_out_is_learned_from() -> None:
    learned = {text for text, _ in read_turns(WRITTEN)}
    assert not learned & {text for text, _ in read_turns(HELD_OUT)}


def test_the_shipped_weights_are_right_on_what_was_held_out() -> None:
    result = evaluate(read_turns(HELD_OUT))
    assert result.n >= 300
    assert result.accuracy >= 0.96
    assert len(result.cut) <= 0.02 * result.n, "cutting in is the worse mistake"


def test_open_turns_weigh_more() -> None:
    found = balanced(written())
    ended = sum(example.weight for example in found if example.is_end)
    assert ended / sum(example.weight for example in found) == pytest.approx(0.45)


def test_requests_are_made_of_what_was_said() -> None:
    said = ["요금제를 변경하려고요", "요금제 변경하면 위약금 나와요"]
    assert requests(said) == ["요금제 변경"]
    assert done(said) == ["변경"]


@pytest.mark.slow
def test_training_learns_the_written_turns() -> None:
    found = written()[::6]
    matrix = rows([example.text for example in found])
    weights, offset = fitted(matrix, found)
    right = (matrix @ weights + offset >= 0) == np.array([example.is_end for example in found])
    assert right.mean() > 0.97
    assert all(0 <= ends(example.text) <= 1 for example in found)
