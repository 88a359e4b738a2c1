"""The cohort that ships is of the model that ships: whoever changes one makes the other anew."""

import numpy as np

from assist.speaker.calibration import BUNDLED, Calibration
from assist.speaker.ecapa import BundledEcapa
from assist.speaker.scoring import Normalized, scoring_for
from tests.assist.speaker.voices import RATE_HZ, voice


def test_the_cohort_belongs_to_the_model():
    embedder = BundledEcapa()
    assert Calibration.find(BUNDLED, embedder), 'run "python -m gpu.train.speaker.cohort"'
    scoring = scoring_for(embedder, BUNDLED)
    assert isinstance(scoring, Normalized)
    one = embedder.embed(voice(1, 3), RATE_HZ)
    assert scoring.score(one, one) > scoring.threshold(0.001)


def test_the_cohort_is_whole_and_small():
    kept = Calibration.load(BUNDLED)
    assert kept.cohort.shape[0] >= 200 and kept.cohort.shape[1] == BundledEcapa.size
    assert np.allclose(np.linalg.norm(kept.cohort, axis=1), 1, atol=0.01)
    assert (np.diff(kept.rates) < 0).all() and (np.diff(kept.thresholds) > 0).all()
    assert BUNDLED.stat().st_size < 300_000
