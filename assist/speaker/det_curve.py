"""Detection errors as a picture: false rejects against false accepts, both axes by the normal deviate.

Martin et al., "The DET Curve in Assessment of Detection Task Performance", Eurospeech 1997.
"""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pygal
from pygal.style import Style

TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4)
MOST_POINTS = 400
_STYLE = Style(background="white", plot_background="white", colors=("#2457a6", "#9aa5b1"))
_deviate = NormalDist().inv_cdf

Rates = npt.NDArray[np.float64]


def draw(path: Path, false_accepts: Rates, false_rejects: Rates, eer: float) -> None:
    """Writes an SVG; rates outside of the axes, 0 and 1 among them, are drawn at the edge. Raises OSError."""
    chart = pygal.XY(
        style=_STYLE,
        show_dots=False,
        title=f"EER {100 * eer:.2f} %",
        x_title="false accepts",
        y_title="false rejects",
        js=(),  # pygal's own would be loaded from the internet
        legend_at_bottom=True,
        include_x_axis=False,
        range=(_deviate(TICKS[0]), _deviate(TICKS[-1])),
        xrange=(_deviate(TICKS[0]), _deviate(TICKS[-1])),
    )
    labels = [{"value": _deviate(rate), "label": f"{100 * rate:g} %"} for rate in TICKS]
    chart.x_labels = chart.y_labels = labels
    chart.add("trials", _points(false_accepts, false_rejects))
    chart.add("equal rates", [(_deviate(rate), _deviate(rate)) for rate in (TICKS[0], TICKS[-1])])
    path.write_bytes(chart.render())


def _points(false_accepts: Rates, false_rejects: Rates) -> list[tuple[float, float]]:
    chosen = np.unique(np.linspace(0, len(false_accepts) - 1, MOST_POINTS).astype(int))
    pairs = np.clip(np.stack([false_accepts, false_rejects])[:, chosen], TICKS[0], TICKS[-1])
    points = [(_deviate(float(accepts)), _deviate(float(rejects))) for accepts, rejects in pairs.T]
    return list(dict.fromkeys(points))
