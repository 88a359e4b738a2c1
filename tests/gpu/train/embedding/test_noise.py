"""Misheard sentences: as often as asked for, near in sound, and the same for the same seed."""

import numpy as np
import pytest

from gpu.train.embedding.noise import misheard
from kb.jamo import letters

SENTENCE = "배송비는 얼마인가요? 환불은 언제 되는지, 교환은 어디에서 하는지 알려 주세요!"


def heard(seed: int, rate: float = 0.1, spaces: float = 0.25, sentence: str = SENTENCE) -> str:
    return misheard(sentence, np.random.default_rng(seed), rate, spaces)


def test_nothing_misheard_is_the_sentence_without_marks() -> None:
    expected = "배송비는 얼마인가요 환불은 언제 되는지 교환은 어디에서 하는지 알려 주세요"
    assert heard(0, rate=0, spaces=0) == expected
    assert heard(0, sentence="") == heard(0, sentence="?!…") == ""


def test_the_seed_decides() -> None:
    assert heard(1) == heard(1)
    assert len({heard(seed, rate=0.5) for seed in range(20)}) == 20


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_about_so_many_syllables_are_misheard(rate: float) -> None:
    sentence = "배송비는얼마인가요환불은언제되는지교환은어디에서하는지" * 4
    changed = []
    for seed in range(30):
        other = heard(seed, rate, 0, sentence)
        if len(other) == len(sentence):  # else a syllable was lost, and places cannot be compared
            changed.append(np.mean([one != two for one, two in zip(sentence, other, strict=True)]))
    lengths = [len(heard(seed, rate, 0, sentence)) for seed in range(30)]
    assert 0.85 * len(sentence) < np.mean(lengths) <= len(sentence)
    if changed:
        assert 0.3 * rate < np.mean(changed) < 1.2 * rate


def test_a_misheard_syllable_differs_in_one_letter_at_most() -> None:
    for syllable in "배송비환불교값외닭":
        for seed in range(40):
            other = heard(seed, 1, 0, syllable)
            assert len(other) <= 1 and all("가" <= character <= "힣" for character in other)
            if other:
                initial, vowel, final = (
                    (ord(one) - ord("가")) // 588 != (ord(two) - ord("가")) // 588
                    if part == 0
                    else (ord(one) - ord("가")) // 28 % 21 != (ord(two) - ord("가")) // 28 % 21
                    if part == 1
                    else (ord(one) - ord("가")) % 28 != (ord(two) - ord("가")) % 28
                    for part, one, two in ((0, syllable, other), (1, syllable, other), (2, syllable, other))
                )
                assert initial + vowel + final <= 1


def test_spaces_go_and_come() -> None:
    assert " " not in heard(0, 0, 1).replace(" ", "", heard(0, 0, 1).count(" "))
    without = [heard(seed, 0, 0.5) for seed in range(20)]
    assert all(text.replace(" ", "") == heard(0, 0, 0).replace(" ", "") for text in without)
    kept = np.mean([text.count(" ") for text in without])
    assert kept != heard(0, 0, 0).count(" ")


def test_what_is_misheard_is_still_near_in_letters() -> None:
    sentence = letters(SENTENCE)
    other = letters(heard(3, 0.15))
    shared = sum((one in other) for one in {sentence[at : at + 3] for at in range(len(sentence) - 2)})
    assert shared > 0.5 * len({sentence[at : at + 3] for at in range(len(sentence) - 2)})


def test_digits_and_latin_are_heard_right() -> None:
    assert heard(0, 1, 0, "AS 3번")[:4] == "AS 3"
