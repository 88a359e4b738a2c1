"""The network, and its graph."""

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from assist.speaker.ecapa import EMBEDDING_SIZE, BundledEcapa  # noqa: E402
from assist.speaker.features import BANDS  # noqa: E402
from gpu.train.speaker import export as exporting  # noqa: E402
from gpu.train.speaker.export import export, largest_difference  # noqa: E402
from gpu.train.speaker.network import Network, Res2, Shape  # noqa: E402

SMALL = Shape(channels=16, scale=4, joined=24, squeeze=8, attention=8)


def small() -> Network:
    torch.manual_seed(0)
    network = Network(SMALL)
    with torch.no_grad():  # statistics as after training, else normalization would hide what it is given
        for layer in network.modules():
            if isinstance(layer, torch.nn.BatchNorm1d):
                layer.running_mean.normal_(0, 0.3)
                layer.running_var.uniform_(0.5, 2)
                layer.bias.normal_(0, 0.3)
    return network.eval()


def test_the_bundled_shape_is_small():
    parameters = sum(parameter.numel() for parameter in Network().parameters())
    assert 1e6 < parameters < 2.4e6


@torch.no_grad()
def test_filling_up_changes_nothing():
    network = small()
    frames = torch.randn(3, 61, BANDS)
    for count in (1, 2, 17, 60, 61):
        alone = network(frames[:1, :count], torch.tensor([count]))
        filled = frames.clone()
        filled[0, count:] = 0.0
        together = network(filled, torch.tensor([count, 61, 61]))
        assert together.shape == (3, EMBEDDING_SIZE)
        assert torch.allclose(alone[0], together[0], atol=1e-5)


@torch.no_grad()
def test_every_frame_counts():
    network = small()
    frames = torch.randn(1, 40, BANDS)
    plain = network(frames, torch.tensor([40]))
    for frame in (0, 19, 39):
        other = frames.clone()
        other[0, frame] += 3.0
        assert (network(other, torch.tensor([40])) - plain).abs().max() > 1e-4


@torch.no_grad()
def test_res2_hands_each_group_to_the_next():
    block = Res2(16, 4, dilation=2).eval()
    given = torch.randn(1, 16, 20)
    other = given.clone()
    other[:, 4:8] += 1.0  # the second group
    changed = (block(given, torch.ones(1, 1, 20)) - block(other, torch.ones(1, 1, 20))).abs().amax(dim=(0, 2))
    assert not changed[:4].any()
    assert changed[4:8].all() and changed[8:12].any() and changed[12:].any()


def test_the_graph_is_the_network(tmp_path):
    network = small()
    path = tmp_path / "ecapa.onnx"
    export(network, path)
    assert largest_difference(network, path) < 1e-4
    assert BundledEcapa(path=path).size == EMBEDDING_SIZE
    torch.manual_seed(1)
    assert largest_difference(Network(SMALL).eval(), path) > 0.01


def test_a_graph_that_differs_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "largest_difference", lambda *_: 0.5)
    with pytest.raises(RuntimeError, match="differs"):
        export(small(), tmp_path / "ecapa.onnx")
