"""The picture of errors: one that a browser shows, with axes by the normal deviate."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from assist.speaker.det_curve import MOST_POINTS, TICKS, draw
from assist.speaker.trials import det_points


@pytest.fixture
def trials():
    random = np.random.default_rng(0)
    labels = np.repeat([1, 0], [300, 3_000])
    return random.standard_normal(3_300) + 3 * labels, labels


def test_an_svg_with_the_axes_and_the_rate(tmp_path, trials):
    draw(tmp_path / "det.svg", *det_points(*trials), eer=0.0668)
    text = (tmp_path / "det.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert "EER 6.68 %" in text and "false accepts" in text and "false rejects" in text
    for rate in TICKS:
        assert f">{100 * rate:g} %<" in text
    assert 'href="http' not in text and "src=" not in text, "nothing is loaded from anywhere"


def test_a_bell_curve_is_a_straight_line(tmp_path, trials):
    draw(tmp_path / "det.svg", *det_points(*trials), eer=0.07)
    root = ElementTree.fromstring((tmp_path / "det.svg").read_text(encoding="utf-8"))
    paths = [part.get("d", "") for part in root.iter() if part.tag.endswith("path")]
    numbers = re.findall(r"-?[0-9.]+", max(paths, key=len))
    flat = np.array([float(number) for number in numbers])
    x, y = flat[::2], flat[1::2]
    inside = (x > x.min() + 1) & (x < x.max() - 1) & (y > y.min() + 1) & (y < y.max() - 1)
    assert 10 < inside.sum() <= MOST_POINTS
    assert np.corrcoef(x[inside], y[inside])[0, 1] ** 2 > 0.95


def test_without_any_error(tmp_path):
    draw(tmp_path / "det.svg", *det_points([1.0, 0.9, 0.1, 0.0], [1, 1, 0, 0]), eer=0.0)
    ElementTree.fromstring((tmp_path / "det.svg").read_text(encoding="utf-8"))
