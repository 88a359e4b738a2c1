"""The speaker embedding that comes with the product: a small ECAPA-TDNN on onnxruntime. No torch, no download.

How it was trained: ``gpu/train/speaker``; on what, and how far to trust it: ``ECAPA.md`` beside this file.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from assist.speaker import features
from assist.speaker.embedder import Embedding
from gpu.device import Device
from voicebot.audio import Samples, resample

MODEL = Path(__file__).with_name("ecapa.onnx")
EMBEDDING_SIZE = 192
LARGEST_BATCH = 64
# A call's speech after this adds nothing to what is known of the voice, only work.
LONGEST_S = 60


class EcapaUnavailable(RuntimeError):
    """The model cannot load; the message says what is missing and how to get it."""


class BundledEcapa:
    """The loaded model. Stateless, so one serves all calls of a process, from any thread.

    On a GPU where ``device`` is one and onnxruntime is built for it, else on one thread of the CPU. Raises
    :class:`EcapaUnavailable` where ``path`` is not a model that onnxruntime can read.
    """

    name = "bundled"
    size = EMBEDDING_SIZE

    def __init__(self, device: Device | None = None, path: Path = MODEL) -> None:
        if not path.is_file():
            raise EcapaUnavailable(f"no speaker model at {path}: reinstall aicc, which carries it")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=_providers(device))
        except Exception as error:  # onnxruntime's errors share no base class
            raise EcapaUnavailable(f"cannot read {path}: reinstall aicc ({error})") from error

    @property
    def provider(self) -> str:
        """Which of onnxruntime's providers computes: ``CUDAExecutionProvider`` or ``CPUExecutionProvider``."""
        return str(self._session.get_providers()[0])

    def embed(self, samples: Samples, rate_hz: int) -> Embedding:
        """The voice in a sound of any length, its first ``LONGEST_S`` at most; ``ValueError`` where it is empty."""
        embedding: Embedding = self.embed_all([samples], rate_hz)[0]
        return embedding

    def embed_all(self, many: Sequence[Samples], rate_hz: int) -> npt.NDArray[np.float32]:
        """(len(many), EMBEDDING_SIZE), each row as :meth:`embed` gives it.

        In runs of at most ``LARGEST_BATCH``, sounds of like length together.
        """
        if not all(len(samples) for samples in many):
            raise ValueError("an empty sound has no voice: give some samples")
        sounds = [resample(samples[: LONGEST_S * rate_hz], rate_hz, features.RATE_HZ) for samples in many]
        by_length = sorted(range(len(sounds)), key=lambda place: len(sounds[place]))
        embeddings = np.zeros((len(sounds), EMBEDDING_SIZE), np.float32)
        for start in range(0, len(sounds), LARGEST_BATCH):
            places = by_length[start : start + LARGEST_BATCH]
            embeddings[places] = self._run([sounds[place] for place in places])
        return embeddings

    def _run(self, sounds: list[Samples]) -> npt.NDArray[np.float32]:
        """Shorter sounds are filled up with zeros, which the network is told to pass over."""
        heard = [features.log_mel(sound) for sound in sounds]
        counts = np.array([len(frames) for frames in heard], np.int64)
        frames = np.zeros((len(heard), counts.max(), features.BANDS), np.float32)
        for row, one in zip(frames, heard, strict=True):
            row[: len(one)] = one
        (embeddings,) = self._session.run(None, {"frames": frames, "counts": counts})
        return np.asarray(embeddings, np.float32)


def _providers(device: Device | None) -> list[str]:
    cuda = ["CUDAExecutionProvider"] if device is not None and device.is_gpu else []
    return [name for name in cuda if name in onnxruntime.get_available_providers()] + ["CPUExecutionProvider"]
