"""Bands of the mel scale, for the networks that hear: O'Shaughnessy, "Speech Communication", 1987."""

import numpy as np
import numpy.typing as npt


def filterbank(rate_hz: int, fft: int, bands: int, lowest_hz: float, highest_hz: float) -> npt.NDArray[np.float32]:
    """Triangles of equal width on the mel scale, (fft / 2 + 1, bands), each summing to one."""
    edges = np.linspace(_mel(np.array(lowest_hz)), _mel(np.array(highest_hz)), bands + 2)
    bins = _mel(np.fft.rfftfreq(fft, 1 / rate_hz))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles / np.maximum(triangles.sum(axis=0), 1e-9), dtype=np.float32)


def _mel(hz: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    return np.asarray(2595.0 * np.log10(1.0 + hz / 700.0), dtype=np.float64)
