"""Silero VAD on onnxruntime: how likely each window of sound is speech, for many streams in one run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from voicebot.audio import Samples

MODEL = Path(__file__).with_name("silero_vad.onnx")
WINDOW_MS = 32
# Silero wants each window with the end of the one before it in front.
CONTEXT_MS = 4
RATES_HZ = (8_000, 16_000)

State = npt.NDArray[np.float32]  # (2, 128): one stream's recurrent memory


class SileroUnavailable(RuntimeError):
    """The model cannot load; the message says what is missing and how to get it."""


def fresh_state() -> State:
    return np.zeros((2, 128), np.float32)


class Silero:
    """The loaded model. Stateless, so one serves all streams of a process, from any thread.

    Raises :class:`SileroUnavailable` where ``path`` is not a model that onnxruntime can read.
    """

    def __init__(self, path: Path = MODEL) -> None:
        if not path.is_file():
            raise SileroUnavailable(f"no voice activity model at {path}: reinstall aicc, which carries it")
        options = onnxruntime.SessionOptions()
        # A run takes a tenth of a millisecond: handing it to more threads costs more than it saves.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no base class
            raise SileroUnavailable(f"cannot read {path}: {error}") from error

    def probabilities(
        self, windows: Sequence[Samples], states: Sequence[State], rate_hz: int
    ) -> tuple[list[float], list[State]]:
        """Speech probability, 0 to 1, of one window of each stream, and each stream's next state.

        A window is ``CONTEXT_MS + WINDOW_MS`` of int16 at ``rate_hz``, one of ``RATES_HZ``.
        """
        sound = np.stack(windows).astype(np.float32) / np.float32(32_768)
        answers, following = self._session.run(
            None, {"input": sound, "state": np.stack(states, axis=1), "sr": np.array(rate_hz, np.int64)}
        )
        return [float(answer) for answer in answers[:, 0]], [following[:, n].copy() for n in range(len(states))]
