"""The beam on probabilities written by hand."""

import numpy as np
import pytest

from voicebot.stt import tokens
from voicebot.stt.beam import PAUSE_STEPS, Beam, Weights


def steps(*heard: dict[str, float]) -> np.ndarray:
    """Probabilities of steps: what is named, the rest blank."""
    rows = np.zeros((len(heard), tokens.BLANK + 1), np.float32)
    for row, probabilities in zip(rows, heard, strict=True):
        for jamo, probability in probabilities.items():
            row[tokens.TOKENS.index(jamo)] = probability
        row[tokens.BLANK] = 1 - row.sum()
    return rows


def spelled(beam: Beam) -> list[str]:
    return [tokens.decode(node.token for node in prefix.path()) for prefix, _ in beam.ranked()]


def surely(text: str) -> list[dict[str, float]]:
    return [{tokens.TOKENS[token]: 0.95} for token in tokens.encode(text)]


PLAIN = Weights(language=0.0, token=0.0)


def test_spells_what_is_plainly_heard_and_when() -> None:
    beam = Beam(None, PLAIN)
    beam.advance(steps({}, {}, *surely("네"), {}, *surely(" 맞아요")))
    best, _ = beam.ranked()[0]
    assert tokens.decode(node.token for node in best.path()) == "네 맞아요"
    assert [node.step for node in best.path()] == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12]
    assert beam.steps == 13


def test_a_token_that_lasts_is_one_and_a_blank_between_makes_two() -> None:
    nieun = {"ᄂ": 0.9}
    vowel = {"ᅦ": 0.9}
    held = Beam(None, PLAIN)
    held.advance(steps(nieun, nieun, vowel, vowel, vowel))
    assert spelled(held)[0] == "네"
    doubled = Beam(None, PLAIN)
    doubled.advance(steps({"ᄋ": 0.9}, {"ᅡ": 0.9}, {"ᆨ": 0.5, "ᆫ": 0.4}, {}, {" ": 0.9}, {}, {"ᄋ": 0.9}, {"ᅡ": 0.9}))
    assert spelled(doubled)[0] == "악 아"


def test_paths_of_one_spelling_add_up() -> None:
    # Each single path through "가" is less probable than the best path through "나", but there are more of them.
    beam = Beam(None, PLAIN)
    beam.advance(steps({"ᄀ": 0.35, "ᄂ": 0.45}, {"ᄀ": 0.4, "ᄂ": 0.02}, {"ᅡ": 0.99}))
    assert spelled(beam)[0] == "가"


def test_what_is_no_syllable_is_never_spelled() -> None:
    beam = Beam(None, PLAIN)
    beam.advance(steps({"ᅡ": 0.9}, {"ᄂ": 0.6, "ᆫ": 0.3}, {"ᆼ": 0.5, "ᅦ": 0.4}, {" ": 0.9}, {" ": 0.1, "ᆨ": 0.8}))
    for spelling in spelled(beam):
        assert all(
            character == " " or "가" <= character <= "힣" or "\u1100" <= character <= "\u1112" for character in spelling
        )
    assert spelled(beam)[0].strip() == "네"


class Prefers:
    """A language model that likes one token and dislikes the rest."""

    def __init__(self, jamo: str) -> None:
        self.token = tokens.TOKENS.index(jamo)

    def next(self, context: int, token: int) -> tuple[float, int]:
        return (-0.1 if token == self.token else -3.0), 0


@pytest.mark.parametrize("liked", ["ᅢ", "ᅦ"])
def test_the_language_model_settles_what_sounds_alike(liked: str) -> None:
    beam = Beam(Prefers(liked), Weights(language=0.5, token=0.0))
    beam.advance(steps({"ᄂ": 0.9}, {"ᅢ": 0.45, "ᅦ": 0.45}))
    assert spelled(beam)[0] == tokens.decode([tokens.encode("네")[0], tokens.TOKENS.index(liked)])


def test_what_all_spellings_agree_on_only_grows_and_keeps_up() -> None:
    beam = Beam(None, PLAIN)
    agreed = [""]
    for number in range(40):
        for row in surely("네" if not number else " 맞아요"):
            beam.advance(steps({**row, "ᅩ": 0.04}, {}))
            agreed.append(beam.text(beam.agreed()))
            assert agreed[-1].startswith(agreed[-2].rstrip())
    heard = beam.text(beam.best())
    assert heard == "네" + " 맞아요" * 39
    assert len(agreed[-1]) > len(heard) - 20


def test_an_old_doubt_is_settled_by_whom_it_is_put_to() -> None:
    asked = []

    def prefers_yes(ranked: list[tuple[str, float]]) -> int:
        asked.append([text for text, _ in ranked])
        return asked[-1].index("네") if "네" in asked[-1] else 0

    beam = Beam(None, PLAIN, choose=prefers_yes)
    beam.advance(steps({"ᄂ": 0.9}, {"ᅢ": 0.6, "ᅦ": 0.3}, *[{}] * 100))
    assert any(texts[:2] == ["내", "네"] for texts in asked)
    assert {beam.text(prefix) for prefix, _ in beam.ranked()} == {"네"}


def test_a_pause_ends_a_word() -> None:
    beam = Beam(None, PLAIN)
    beam.advance(steps(*surely("네"), *[{}] * (PAUSE_STEPS - 1), *surely("네"), *[{}] * PAUSE_STEPS, *surely("네")))
    assert beam.text(beam.best()) == "네네 네"


def test_an_endless_stream_is_cut_at_settled_words() -> None:
    beam = Beam(None, PLAIN)
    for _ in range(300):
        beam.advance(steps(*surely("네 "), *[{}] * 6))
    assert beam.text(beam.best()) == " ".join(["네"] * 300)
    assert len(beam.best().path()) < 60
    assert [node.step for node in beam.settled] == sorted(node.step for node in beam.settled)


def test_hours_of_noise_neither_underflow_nor_grow_the_beam() -> None:
    random = np.random.default_rng(0)
    rows = random.dirichlet(np.full(tokens.BLANK + 1, 0.02), 2_000).astype(np.float32)
    beam = Beam(None, PLAIN)
    beam.advance(rows)
    assert 0 < len(beam.ranked()) <= 12
    assert all(np.isfinite(score) for _, score in beam.ranked())
