"""SpeechBrain's ECAPA, with a stand-in for the library: what is asked of it, and what is told where it is missing."""

import sys
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest

from assist.speaker.speechbrain import RATE_HZ, SpeechBrainEcapa, SpeechBrainUnavailable
from gpu.device import Device

torch = pytest.importorskip("torch")
CPU = Device("cpu", "CPU", 1)


class Network(torch.nn.Module):
    """Has the parameters whose shapes matter, and makes the level of each band its embedding."""

    asked: ClassVar[dict[str, object]] = {}

    def __init__(self, input_size, **shape):
        super().__init__()
        type(self).asked = {"input_size": input_size, **shape}
        for name, size in {
            "blocks.0.conv.conv.weight": (shape["channels"][0], input_size, 5),
            "mfa.conv.conv.weight": (shape["channels"][-1], shape["channels"][-1], 1),
            "asp.tdnn.conv.conv.weight": (shape["attention_channels"], 3 * shape["channels"][-1], 1),
            "fc.conv.weight": (shape["lin_neurons"], 2 * shape["channels"][-1], 1),
        }.items():
            *parents, last = name.split(".")
            module = self
            for parent in parents:
                if parent not in module._modules:
                    module.add_module(parent, torch.nn.Module())
                module = module._modules[parent]
            module.register_parameter(last, torch.nn.Parameter(torch.zeros(size)))
        self.size = shape["lin_neurons"]

    def forward(self, bands, shares):
        counts = (shares * bands.shape[1]).round().long()
        means = torch.stack([one[:count].mean(0)[: self.size] for one, count in zip(bands, counts, strict=True)])
        return means[:, None]


class Fbank(torch.nn.Module):
    def __init__(self, n_mels):
        super().__init__()
        self.n_mels = n_mels

    def forward(self, wave):
        frames = wave.unfold(1, 400, 400).abs()
        return frames.reshape(*frames.shape[:2], self.n_mels, -1).mean(-1)


class InputNormalization(torch.nn.Module):
    def __init__(self, norm_type, std_norm):
        super().__init__()
        assert (norm_type, std_norm) == ("sentence", False)

    def forward(self, bands, shares):
        return bands


@pytest.fixture
def library(monkeypatch):
    modules = {name: ModuleType(name) for name in ("speechbrain", "speechbrain.lobes", "speechbrain.processing")}
    network, features, processing = (
        ModuleType(f"speechbrain.{name}")
        for name in ("lobes.models.ECAPA_TDNN", "lobes.features", "processing.features")
    )
    network.ECAPA_TDNN, features.Fbank, processing.InputNormalization = Network, Fbank, InputNormalization
    modules |= {"speechbrain.lobes.models": ModuleType("speechbrain.lobes.models")}
    modules |= {module.__name__: module for module in (network, features, processing)}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def folder(tmp_path):
    shape = {"lin_neurons": 16, "channels": [8, 8, 8, 8, 24], "attention_channels": 4}
    path = tmp_path / "models" / "spkrec"
    path.mkdir(parents=True)
    torch.save(Network(20, **shape).state_dict(), path / "embedding_model.ckpt")
    return path


def test_the_network_is_built_as_its_weights_are(library, folder):
    embedder = SpeechBrainEcapa(folder, CPU)
    assert (embedder.name, embedder.size) == ("speechbrain:spkrec", 16)
    assert Network.asked == {
        "input_size": 20,
        "lin_neurons": 16,
        "channels": [8, 8, 8, 8, 24],
        "kernel_sizes": [5, 3, 3, 3, 1],
        "dilations": [1, 2, 3, 4, 1],
        "attention_channels": 4,
    }


def test_a_batch_answers_in_the_order_of_its_sounds(library, folder):
    embedder, random = SpeechBrainEcapa(folder, CPU), np.random.default_rng(0)
    sounds = [(random.standard_normal(400 * n) * 3_000).astype(np.int16) for n in (9, 3, 7, 1, *[2] * 70)]
    together = embedder.embed_all(sounds, RATE_HZ)
    assert together.shape == (74, 16) and np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for sound, row in zip(sounds[:6], together, strict=False):
        assert np.allclose(embedder.embed(sound, RATE_HZ), row, atol=1e-5)
    assert embedder.embed(sounds[0], 8_000).dtype == np.float32
    with pytest.raises(ValueError, match="empty"):
        embedder.embed_all([sounds[0], sounds[0][:0]], RATE_HZ)


def test_a_model_that_was_not_pulled(library, tmp_path):
    with pytest.raises(SpeechBrainUnavailable, match=r'no embedding_model\.ckpt in .*: run "aicc models pull spkrec"'):
        SpeechBrainEcapa(tmp_path / "spkrec", CPU)


@pytest.mark.parametrize("content", [b"", b"not weights"])
def test_weights_that_are_none(library, folder, content):
    (folder / "embedding_model.ckpt").write_bytes(content)
    with pytest.raises(SpeechBrainUnavailable, match=r'is no ECAPA-TDNN of SpeechBrain: run "aicc models pull spkrec"'):
        SpeechBrainEcapa(folder, CPU)
    torch.save({"other": torch.zeros(3)}, folder / "embedding_model.ckpt")
    with pytest.raises(SpeechBrainUnavailable, match="is no ECAPA-TDNN"):
        SpeechBrainEcapa(folder, CPU)


@pytest.mark.parametrize(("missing", "named"), [("speechbrain", "SpeechBrain"), ("torch", "PyTorch")])
def test_a_library_that_is_missing(monkeypatch, folder, missing, named):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SpeechBrainUnavailable, match=f'{named} does not load .*: run "pip install speechbrain torch"'):
        SpeechBrainEcapa(folder, CPU)
