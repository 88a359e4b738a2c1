"""The cohort's maker: thresholds that come to the rates that were asked for, on people who are not in the cohort."""

import numpy as np
import pytest

from assist.speaker.identity import Identity
from assist.speaker.scoring import Normalized
from gpu.train.speaker.cohort import LINES, RATES, SPLIT_MS, calibrate, impostor_scores, mixtures, pieces
from tests.assist.speaker.voices import RATE_HZ, FakeEmbedder, voice

SECOND = RATE_HZ


class Quiet:
    """Telephone lines that change nothing."""

    def plain(self, sound):
        return sound.astype(np.int16)

    any_line = plain


@pytest.fixture(scope="module")
def people():
    return [voice(person, 10).astype(np.float32) for person in range(70)]


def test_thresholds_come_to_their_rates(people):
    embedder = FakeEmbedder()
    held_out, learnt = people[:20], [*people[20:]]
    measured = calibrate(embedder, Quiet(), learnt, [*held_out, voice(99, 1).astype(np.float32)], [[voice(98, 10)]])
    assert measured.identity.is_same(Identity.of(embedder))
    assert measured.cohort.shape == (50, embedder.size)
    assert tuple(measured.rates) == pytest.approx(RATES)
    assert (np.diff(measured.thresholds) > 0).all()
    assert tuple(measured.split_ms) == SPLIT_MS and (measured.split_below > 0.9).all()
    scoring = Normalized(measured)
    heard = [[person.astype(np.int16)] * (LINES + 1) for person in held_out]
    scores = impostor_scores(embedder, scoring, heard)
    assert len(scores) == 20 * 19 * 3 * (LINES + 1)
    for rate in (0.5, 0.1, 0.01):
        assert (scores >= scoring.threshold(rate)).mean() == pytest.approx(rate, abs=0.01)


def test_pieces_are_whole_and_follow_each_other():
    speech = np.arange(10 * SECOND, dtype=np.int16)
    found = pieces(speech, 3_000)
    assert [len(piece) for piece in found] == [3 * SECOND] * 3
    assert np.array_equal(np.concatenate(found), speech[: 9 * SECOND])
    assert pieces(speech[:SECOND], 3_000) == []


@pytest.mark.parametrize(("length_ms", "turn_ms"), [(3_000, 1_500), (9_000, 4_500), (18_000, 3_000)])
def test_mixtures_hold_as_much_of_either(length_ms, turn_ms):
    one, other = np.ones(20 * SECOND, np.int16), np.zeros(20 * SECOND, np.int16)
    found = list(mixtures(one, other, length_ms))
    assert found
    for mixture in found:
        assert len(mixture) == length_ms * RATE_HZ // 1_000
        assert mixture.mean() == pytest.approx(0.5, abs=0.01)
        assert (mixture[: turn_ms * RATE_HZ // 1_000] == 1).all() and mixture[turn_ms * RATE_HZ // 1_000] == 0
