"""Scores relative to a cohort, thresholds by rate, and models of which nothing was measured."""

import logging
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.speaker.calibration import Calibration, CalibrationInvalid
from assist.speaker.identity import Identity
from assist.speaker.scoring import Normalized, Plain, scoring_for
from tests.assist.speaker.voices import RATE_HZ, FakeEmbedder, calibration, voice

UNIT = np.eye(4, dtype=np.float32)


def measured(cohort, rates=(0.5, 0.1, 0.001), thresholds=(0.0, 1.0, 3.0)) -> Calibration:
    return Calibration(
        Identity("fake", UNIT[0]),
        np.array(cohort, np.float32),
        np.array(rates, np.float32),
        np.array(thresholds, np.float32),
        np.array([3_000, 9_000], np.float32),
        np.array([0.6, 0.8], np.float32),
    )


def test_as_norm_by_hand():
    cohort = [[0.0, 1, 0, 0], [0.6, 0.8, 0, 0], [0.8, 0.6, 0, 0]]
    scoring = Normalized(measured(cohort))
    one, other = UNIT[0], np.array([0.8, 0, 0.6, 0], np.float32)
    of_one, of_other = np.array([0.0, 0.6, 0.8]), np.array([0.0, 0.48, 0.64])
    wanted = ((0.8 - of_one.mean()) / of_one.std() + (0.8 - of_other.mean()) / of_other.std()) / 2
    assert scoring.score(one, other) == pytest.approx(wanted, abs=1e-5)
    assert scoring.score(other, one) == pytest.approx(wanted, abs=1e-5)


def test_only_the_nearest_of_a_large_cohort_count():
    near = [[0.6, 0.8, 0, 0], [0.8, 0.6, 0, 0]] * 25
    assert Normalized(measured(near)).score(UNIT[0], UNIT[0]) == pytest.approx(
        Normalized(measured([*near, *([[-1.0, 0, 0, 0]] * 200)])).score(UNIT[0], UNIT[0]), abs=1e-5
    )


def test_a_cohort_of_one_kind_divides_by_nothing():
    assert np.isfinite(Normalized(measured([UNIT[1]])).score(UNIT[0], UNIT[0]))


def test_thresholds_lie_between_those_measured():
    scoring = Normalized(measured([UNIT[1]]))
    assert [scoring.threshold(rate) for rate in (0.5, 0.1, 0.001)] == pytest.approx([0, 1, 3])
    assert scoring.threshold(0.01) == pytest.approx(2), "logarithmic in the rate"
    assert scoring.split_below(6_000) == pytest.approx(0.7)
    assert scoring.split_below(60_000) == pytest.approx(0.8)


@given(st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_fewer_false_accepts_want_more_likeness(one, other):
    few, many = sorted((one, other))
    for scoring in (Normalized(measured([UNIT[1]])), Plain()):
        assert scoring.threshold(few) >= scoring.threshold(many)


@pytest.mark.parametrize("rate", [0, 1e-6, 0.51, 1, -1, float("nan")])
def test_rates_that_nobody_measured(rate):
    for scoring in (Normalized(measured([UNIT[1]])), Plain()):
        with pytest.raises(ValueError, match=r"give 0\.001 to 0\.5"):
            scoring.threshold(rate)


def test_plain_scores_are_cosines():
    plain = Plain()
    assert plain.score(UNIT[0], UNIT[0]) == 1 and plain.score(UNIT[0], UNIT[1]) == 0
    assert plain.threshold(0.01) == pytest.approx(0.25, abs=0.005)
    assert 1 - NormalDist(0.02, 0.1).cdf(plain.threshold(0.1)) == pytest.approx(0.1)
    assert plain.split_below(3_000) is None


def test_people_are_told_apart():
    embedder = FakeEmbedder()
    scoring = Normalized(calibration(embedder))
    voices = embedder.embed_all([voice(person, 3) for person in range(5)], RATE_HZ)
    again = embedder.embed_all([voice(person, 3, take=1) for person in range(5)], RATE_HZ)
    for one in range(5):
        for other in range(5):
            assert (scoring.score(voices[one], again[other]) >= scoring.threshold(0.01)) is (one == other)


def test_a_calibration_is_for_its_model_alone(tmp_path, caplog):
    path = tmp_path / "cohort.npz"
    embedder = FakeEmbedder()
    calibration(embedder).save(path)
    kept = Calibration.find(path, embedder)
    assert kept is not None and kept.cohort.shape == (60, 32) and len(kept.rates) == len(kept.thresholds) == 4
    assert isinstance(scoring_for(embedder, path), Normalized)
    with caplog.at_level(logging.WARNING):
        for other in (FakeEmbedder("other"), FakeEmbedder(weights=1)):
            assert isinstance(scoring_for(other, path), Plain)
        assert isinstance(scoring_for(embedder, tmp_path / "none.npz"), Plain)
    assert len(caplog.records) == 3 and "gpu.train.speaker.cohort" in caplog.text


def test_half_precision_changes_next_to_nothing(tmp_path):
    embedder = FakeEmbedder()
    before = calibration(embedder)
    before.save(tmp_path / "cohort.npz")
    after = Calibration.load(tmp_path / "cohort.npz")
    one, other = embedder.embed_all([voice(1, 3), voice(2, 3)], RATE_HZ)
    assert Normalized(after).score(one, other) == pytest.approx(Normalized(before).score(one, other), abs=0.01)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"nothing"])
def test_a_broken_calibration_is_named(tmp_path, content):
    path = tmp_path / "cohort.npz"
    path.write_bytes(content)
    with pytest.raises(CalibrationInvalid, match=r"cohort\.npz is no calibration.*: make it with"):
        Calibration.find(path, FakeEmbedder())


def test_a_calibration_cut_short_or_of_something_else_is_named(tmp_path):
    path = tmp_path / "cohort.npz"
    calibration(FakeEmbedder()).save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(CalibrationInvalid):
        Calibration.load(path)
    np.savez(path, version=np.array(1), other=np.zeros(3))
    with pytest.raises(CalibrationInvalid):
        Calibration.load(path)
    np.savez(path, version=np.array(99))
    with pytest.raises(CalibrationInvalid, match="another version"):
        Calibration.load(path)
