"""SpeechBrain's published ECAPA-TDNN, where it has been pulled, on CUDA or the CPU; needs ``pip install speechbrain``.

Ravanelli et al., "SpeechBrain: A General-Purpose Speech Toolkit", 2021. Only its network and its features are used:
the rest asks a hub for files.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from assist.speaker.embedder import Embedding
from gpu.device import Device
from voicebot.audio import Samples, resample

RATE_HZ = 16_000
WEIGHTS = "embedding_model.ckpt"
LARGEST_BATCH = 64
_KERNELS, _DILATIONS = [5, 3, 3, 3, 1], [1, 2, 3, 4, 1]


class SpeechBrainUnavailable(RuntimeError):
    """The model cannot be used; the message says what is missing and how to get it."""


class SpeechBrainEcapa:
    """One loaded model; calls from several threads take turns. Raises :class:`SpeechBrainUnavailable`."""

    def __init__(self, folder: Path, device: Device) -> None:
        weights = folder / WEIGHTS
        pull = f'run "aicc models pull {folder.name}", or copy the model\'s folder there'
        if not weights.is_file():
            raise SpeechBrainUnavailable(f"no {WEIGHTS} in {folder}: {pull}")
        self._torch, network, features, normalization = _libraries()
        self._device = device.kind
        try:
            kept = self._torch.load(weights, map_location="cpu", weights_only=True)
            first, joined = kept["blocks.0.conv.conv.weight"], kept["mfa.conv.conv.weight"]
            channels, bands = first.shape[:2]
            self._network = network.ECAPA_TDNN(
                bands,
                lin_neurons=kept["fc.conv.weight"].shape[0],
                channels=[channels] * 4 + [joined.shape[0]],
                kernel_sizes=_KERNELS,
                dilations=_DILATIONS,
                attention_channels=kept["asp.tdnn.conv.conv.weight"].shape[0],
            )
            self._network.load_state_dict(kept)
        except Exception as error:  # unpickling raises what it likes
            raise SpeechBrainUnavailable(f"{weights} is no ECAPA-TDNN of SpeechBrain: {pull}") from error
        self._network.eval().to(self._device)
        self._features = features.Fbank(n_mels=bands).to(self._device)
        self._normalized = normalization.InputNormalization(norm_type="sentence", std_norm=False).to(self._device)
        self._turn = threading.Lock()
        self.name = f"speechbrain:{folder.name}"
        self.size = int(kept["fc.conv.weight"].shape[0])

    def embed(self, samples: Samples, rate_hz: int) -> Embedding:
        return np.asarray(self.embed_all([samples], rate_hz)[0], np.float32)

    def embed_all(self, many: Sequence[Samples], rate_hz: int) -> npt.NDArray[np.float32]:
        """In batches of ``LARGEST_BATCH``, those of like lengths together; ValueError where one of them is empty.

        What fills up the shorter ones of a batch reaches a little into their last frames.
        """
        if not all(len(samples) for samples in many):
            raise ValueError("an empty sound has no voice: give some samples")
        sounds = [resample(samples, rate_hz, RATE_HZ) for samples in many]
        found = np.zeros((len(sounds), self.size), np.float32)
        by_length = sorted(range(len(sounds)), key=lambda place: len(sounds[place]))
        for start in range(0, len(sounds), LARGEST_BATCH):
            places = by_length[start : start + LARGEST_BATCH]
            found[places] = self._batch([sounds[place] for place in places])
        return found

    def _batch(self, sounds: list[Samples]) -> npt.NDArray[np.float32]:
        torch, longest = self._torch, max(map(len, sounds))
        padded = np.stack([np.pad(sound, (0, longest - len(sound))) for sound in sounds])
        shares = torch.tensor([len(sound) / longest for sound in sounds], device=self._device)
        with self._turn, torch.inference_mode():
            wave = torch.from_numpy(padded.astype(np.float32) / np.float32(32_768)).to(self._device)
            bands = self._normalized(self._features(wave), shares)
            embeddings = torch.nn.functional.normalize(self._network(bands, shares)[:, 0], dim=1)
        return np.asarray(embeddings.cpu().numpy(), np.float32)


def _libraries() -> tuple[Any, Any, Any, Any]:
    """PyTorch, and of SpeechBrain the network, the filter banks and the normalization."""
    found = []
    try:
        found.append(importlib.import_module("torch"))
        _stand_in_for_torchaudio()
        for module in ("lobes.models.ECAPA_TDNN", "lobes.features", "processing.features"):
            found.append(importlib.import_module(f"speechbrain.{module}"))
    except Exception as error:  # a broken library raises what it likes
        reason = str(error).partition("\n")[0] or type(error).__name__
        library = "SpeechBrain" if found else "PyTorch"
        raise SpeechBrainUnavailable(f"{library} does not load ({reason}): {_CURE}") from error
    return found[0], found[1], found[2], found[3]


_CURE = 'run "pip install speechbrain torch", or choose the bundled model'


def _stand_in_for_torchaudio() -> None:
    """SpeechBrain imports torchaudio, which needs CUDA's libraries to load; nothing of it is called here."""
    with suppress(ImportError, OSError, RuntimeError):
        importlib.import_module("torchaudio")
        return
    stand_in = ModuleType("torchaudio")
    stand_in.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
    stand_in.__dict__.update(__version__="2.11.0", list_audio_backends=lambda: ["none"])
    sys.modules["torchaudio"] = stand_in
