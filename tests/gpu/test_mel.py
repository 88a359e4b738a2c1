import numpy as np

from gpu.mel import filterbank


def test_every_band_sums_to_one_and_lies_between_the_edges():
    bands = filterbank(8_000, 256, 48, 200.0, 3_600.0)
    assert bands.shape == (129, 48) and bands.dtype == np.float32
    assert np.allclose(bands.sum(axis=0), 1.0, atol=1e-6)
    heard_hz = np.fft.rfftfreq(256, 1 / 8_000)[bands.any(axis=1)]
    assert heard_hz.min() > 200.0 and heard_hz.max() < 3_600.0


def test_higher_bands_are_wider():
    widths = (filterbank(16_000, 1_024, 40, 60.0, 7_600.0) > 0).sum(axis=0)
    assert widths[-1] > 4 * widths[0]
