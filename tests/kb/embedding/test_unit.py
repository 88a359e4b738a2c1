import numpy as np

from kb.embedding.unit import unit


def test_rows_get_length_one_and_nothing_stays_nothing() -> None:
    assert np.allclose(unit([[3, 4], [0, 0], [-2, 0]]), [[0.6, 0.8], [0, 0], [-1, 0]])
    assert unit([[3, 4]]).dtype == np.float32
