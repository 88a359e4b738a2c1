"""The teacher: the GE2E encoder that the Apache-2.0 library Resemblyzer carries, at 16 kHz.

Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018: three LSTMs over 40 mels, the last
hidden state through a linear layer and a ReLU, windows of 1.6 s averaged. Only its weights are read, out of its wheel.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from voicebot import audio
from voicebot.audio import FULL_SCALE, Samples

RATE_HZ = 16_000
SIZE = 256
BANDS, WIDTH, LAYERS = 40, 256, 3
WINDOW, HOP = 400, 160  # samples: 25 and 10 ms
PART = 160  # frames of one window of the network, 1.6 s
FIRST = 80  # of a window's frames, from which on its states are of use; also the step between windows
LEVEL_DBFS = -30.0
WEIGHTS = "resemblyzer/pretrained.pt"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the teacher makes of utterances of one length, 10 ms a frame.

    ``embeddings`` (B, SIZE), means of windows, of length 1; ``states`` (B, frames, LAYERS, WIDTH), what each layer
    knows at each frame from ``FIRST`` on.
    """

    embeddings: Tensor
    states: Tensor


class Teacher(nn.Module):
    """(B, frames, BANDS) mel energies → (B, SIZE) embeddings of length 1, and (B, frames, LAYERS, WIDTH) states."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.LSTM(WIDTH if n else BANDS, WIDTH, batch_first=True) for n in range(LAYERS))
        self.linear = nn.Linear(WIDTH, SIZE)

    def forward(self, mels: Tensor) -> tuple[Tensor, Tensor]:
        states, hidden = [], mels
        for layer in self.layers:
            hidden = layer(hidden)[0]
            states.append(hidden)
        return nn.functional.normalize(self.linear(hidden[:, -1]).relu(), dim=1), torch.stack(states, dim=2)

    @torch.no_grad()
    def hear(self, sounds: Sequence[npt.NDArray[np.float32]]) -> Heard:
        """Utterances of one length, at 16 kHz on the 16-bit scale; those under 1.6 s are filled up with zeros."""
        mels = torch.from_numpy(np.stack([mel_energies(sound) for sound in sounds]))
        mels = nn.functional.pad(mels, (0, 0, 0, max(0, PART - mels.shape[1])))
        parts = mels.unfold(1, PART, FIRST).transpose(2, 3)  # (B, parts, PART, BANDS)
        with torch.autocast("cpu", torch.bfloat16):  # four times as fast where the processor has it
            embedded, states = self(parts.flatten(0, 1))
        embedded = embedded.float().unflatten(0, parts.shape[:2]).mean(1)
        states = states[:, FIRST:].unflatten(0, parts.shape[:2]).flatten(1, 2)
        return Heard(nn.functional.normalize(embedded, dim=1), states)

    def embed_at(self, samples: Samples, rate_hz: int) -> npt.NDArray[np.float32]:
        """As a product's embedder would: sound at any rate."""
        sound = audio.resample(samples, rate_hz, RATE_HZ).astype(np.float32)
        return np.asarray(self.hear([sound]).embeddings[0].numpy())


def load(wheel: Path) -> Teacher:
    """The teacher with the weights in Resemblyzer's wheel; ``ValueError`` where they are not in there."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            packed = archive.read(WEIGHTS)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(
            f'no {WEIGHTS} in {wheel}: fetch it with "pip download --no-deps Resemblyzer==0.1.4"'
        ) from error
    kept = torch.load(io.BytesIO(packed), map_location="cpu", weights_only=True)["model_state"]
    teacher = Teacher()
    teacher.load_state_dict({name: kept[_name_in_wheel(name)] for name in teacher.state_dict()})
    return teacher.eval()


def _name_in_wheel(name: str) -> str:
    """There the three layers are one LSTM: ``layers.1.bias_ih_l0`` is ``lstm.bias_ih_l1``."""
    kind, *rest = name.split(".")
    return f"lstm.{rest[1].removesuffix('_l0')}_l{rest[0]}" if kind == "layers" else name


def _mel_of(hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Slaney's scale: linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998)."""
    above = 15 + 27 * np.log(np.maximum(hz, 1000.0) / 1000.0) / np.log(6.4)
    return np.where(hz < 1000.0, hz * 3 / 200, above)


def _hz_of(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000.0 * 6.4 ** ((mel - 15) / 27))


def _filterbank() -> npt.NDArray[np.float32]:
    """Triangles of equal area, (WINDOW / 2 + 1, BANDS)."""
    edges = _hz_of(np.linspace(0.0, float(_mel_of(np.array(RATE_HZ / 2))), BANDS + 2))
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE_HZ)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * 2 / (edges[2:] - edges[:-2])
    return triangles.astype(np.float32)


_FILTERBANK = _filterbank()
_WINDOW = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def mel_energies(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """(samples,) at 16 kHz on the 16-bit scale → (frames, BANDS) powers of sound brought to -30 dBFS."""
    rms = float(np.sqrt(np.mean(np.square(sound)))) / FULL_SCALE
    scaled = sound * np.float32(10 ** (LEVEL_DBFS / 20) / max(rms, 1e-5) / FULL_SCALE)
    padded = np.pad(scaled, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP] * _WINDOW
    spectrum = np.fft.rfft(frames)
    return np.asarray((spectrum.real**2 + spectrum.imag**2) @ _FILTERBANK, np.float32)
