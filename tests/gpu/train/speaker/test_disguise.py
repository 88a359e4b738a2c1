"""Disguises of a voice."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from gpu.train.speaker.disguise import (  # noqa: E402
    FASTEST,
    LONGEST_TRACT,
    PLAIN_SHARE,
    REGIONS_HZ,
    WIDEST,
    Disguise,
    sounding,
)
from tests.gpu.train.speaker.toy import vowel  # noqa: E402

RATE_HZ = 16_000
SAME = np.ones(len(REGIONS_HZ))


def pitch(sound: np.ndarray) -> float:
    part = sound[2_000 : 2_000 + 4_096]
    likeness = np.correlate(part, part, "full")[len(part) - 1 :]
    return RATE_HZ / (60 + int(np.argmax(likeness[60:300])))


def formant(sound: np.ndarray) -> float:
    """Centre of the strongest half of its spectrum."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / RATE_HZ) * power).sum() / power.sum())


def test_what_is_not_disguised_stays_as_it_is():
    sound = vowel()
    assert np.abs(Disguise(1.0, SAME)(sound) - sound).max() == 0.0
    taken_apart = Disguise(1.0, SAME, sharp=1.0 + 1e-9)(sound)
    assert np.abs(taken_apart - sound)[1_000:-1_000].max() < 1e-3 * np.abs(sound).max()


def test_pitch_moves_everything_and_tract_the_formants_alone():
    sound = vowel()
    higher = Disguise(1.25, SAME)(sound)
    assert len(higher) == pytest.approx(len(sound) / 1.25, abs=2)
    assert pitch(higher) == pytest.approx(125 * 1.25, rel=0.02)
    assert formant(higher) == pytest.approx(1.25 * formant(sound), rel=0.02)
    for tract in (0.87, 1.15):
        moved = Disguise(1.0, np.full(len(REGIONS_HZ), tract))(sound)
        assert len(moved) == len(sound)
        assert pitch(moved) == pytest.approx(125, rel=0.02)
        assert formant(moved) / formant(sound) == pytest.approx(tract, abs=0.05)


def test_a_region_moves_alone():
    factors = np.where(REGIONS_HZ == 1_100, 1.15, 1.0)
    assert formant(Disguise(1.0, factors)(vowel(formant_hz=1_000))) > 1_060
    assert formant(Disguise(1.0, factors)(vowel(formant_hz=3_600))) == pytest.approx(
        formant(vowel(formant_hz=3_600)), rel=0.01
    )


def test_sharp_formants_stand_out_and_rough_voices_have_deeper_gaps():
    sound = vowel() + np.random.default_rng(0).normal(0, 3, RATE_HZ).astype(np.float32)

    def spread_db(found: np.ndarray, hz: list[float]) -> float:
        power = np.abs(np.fft.rfft(found[1_000:15_000] * np.hanning(14_000))) ** 2
        near = [power[int(one * 14_000 / RATE_HZ) - 10 :][:20].max() for one in hz]
        return float(10 * np.log10(near[0] / near[1]))

    formant_and_none, harmonic_and_gap = [875.0, 2_500.0], [875.0, 937.5]
    flat, sharp = (Disguise(1.0, SAME, sharp=power)(sound) for power in (0.8, 1.25))
    assert spread_db(sharp, formant_and_none) > spread_db(sound, formant_and_none) + 3
    assert spread_db(flat, formant_and_none) < spread_db(sound, formant_and_none) - 3
    smooth, rough = (Disguise(1.0, SAME, rough=power)(sound) for power in (0.77, 1.3))
    assert spread_db(rough, harmonic_and_gap) > spread_db(smooth, harmonic_and_gap) + 3


def test_disguises_are_of_what_humans_are():
    random = np.random.default_rng(0)
    drawn = [Disguise.draw(random) for _ in range(500)]
    plain = [one for one in drawn if (one.tract == 1.0).all()]
    assert len(plain) / len(drawn) == pytest.approx(PLAIN_SHARE, abs=0.07)
    assert all(one.sharp == one.rough == 1.0 and not one.borrowed for one in plain)
    drawn = [one for one in drawn if not (one.tract == 1.0).all()]
    pitches = np.log([one.pitch for one in drawn])
    assert np.abs(pitches).max() <= np.log(FASTEST) and pitches.std() > 0.5 * np.log(FASTEST)
    whole = np.array([np.log(one.tract).mean() for one in drawn])
    assert 0.5 * np.log(LONGEST_TRACT) < whole.std() < np.log(LONGEST_TRACT)
    assert np.abs(pitches + whole).max() < np.log(WIDEST) + 0.15


def test_a_borrowed_mouth_says_the_same_with_the_lenders_formants():
    """Two vowels of one, two of the other: each becomes the lender's own of the two, at the same pitch and loudness."""
    own = np.concatenate([vowel(formant_hz=700), vowel(formant_hz=2_000)])
    lent = sounding(np.concatenate([vowel(170, formant_hz=1_000), vowel(170, formant_hz=2_600)]))
    whole = Disguise(1.0, SAME, borrowed=1.0)(own, lent)
    half = Disguise(1.0, SAME, borrowed=0.5)(own, lent)
    for place, lenders in ((slice(2_000, 14_000), 1_000), (slice(18_000, 30_000), 2_600)):
        assert pitch(whole[place]) == pytest.approx(125, rel=0.02)
        assert abs(formant(whole[place]) - lenders) < 0.5 * abs(formant(own[place]) - lenders)
        assert min(formant(own[place]), lenders) < formant(half[place]) < max(formant(own[place]), lenders)


def test_pauses_are_not_lent():
    sound = np.concatenate([vowel(), np.zeros(RATE_HZ // 2, np.float32)])
    lent = sounding(sound)
    assert 0.5 * RATE_HZ / 128 < len(lent) < 1.1 * RATE_HZ / 128
    assert sounding(np.zeros(100, np.float32)).shape[0] <= 1
