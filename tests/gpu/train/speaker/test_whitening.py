"""Directions in which one voice strays count less."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from assist.speaker.ecapa import EMBEDDING_SIZE, BundledEcapa  # noqa: E402
from gpu.train.speaker.examples import to_telephone_rate  # noqa: E402
from gpu.train.speaker.export import export, largest_difference  # noqa: E402
from gpu.train.speaker.network import Network, Shape  # noqa: E402
from gpu.train.speaker.whitening import ROUNDNESS, root_of_inverse, whitened  # noqa: E402
from tests.gpu.train.speaker.toy import toy_speakers  # noqa: E402

SMALL = Shape(channels=16, scale=4, joined=24, squeeze=8, attention=8)


def test_strays_come_out_nearly_round():
    generator = torch.Generator().manual_seed(0)
    strays = torch.randn(20_000, 6, generator=generator) * torch.tensor([3.0, 1.0, 1.0, 1.0, 1.0, 0.1])
    matrix = root_of_inverse(strays)
    assert torch.allclose(matrix, matrix.T, atol=1e-5)
    assert torch.linalg.eigvalsh(matrix).mean() == pytest.approx(1.0)
    spread = (strays @ matrix).std(0)
    assert spread[0] / spread[1] < 3.0 / 1.6
    power = torch.tensor([9.0, 1, 1, 1, 1, 0.01])
    round_power = (1 - ROUNDNESS) * power + ROUNDNESS * power.mean()
    expected = (power / round_power).sqrt()
    assert torch.allclose(spread / spread[0], expected / expected[0], atol=0.05)


def test_directions_that_were_never_seen_are_not_blown_up():
    strays = torch.randn(5, 40, generator=torch.Generator().manual_seed(0))
    matrix = root_of_inverse(strays)
    assert matrix.isfinite().all()
    values = torch.linalg.eigvalsh(matrix)
    assert values.max() / values.min() < 8


def test_a_whitened_network_is_exported_as_one(tmp_path):
    torch.manual_seed(0)
    network = Network(SMALL)
    speakers = [to_telephone_rate(sound) for sound in [*toy_speakers(3), toy_speakers(1, seconds=2.0)[0]]]
    whole = whitened(network, speakers, np.random.default_rng(0))
    path = tmp_path / "ecapa.onnx"
    export(whole, path)
    assert largest_difference(whole, path) < 1e-3
    embedding = BundledEcapa(path=path).embed(speakers[0].astype(np.int16), 8_000)
    assert embedding.shape == (EMBEDDING_SIZE,) and np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-4)
