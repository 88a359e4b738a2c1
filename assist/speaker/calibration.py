"""What was measured of one speaker model: its cohort, and where its scores lie for voices that are not the same.

Made by ``python -m gpu.train.speaker.cohort``; of no use to any other model.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assist.speaker.embedder import SpeakerEmbedder
from assist.speaker.identity import Identity

Floats = npt.NDArray[np.float32]
BUNDLED = Path(__file__).with_name("cohort.npz")
FILE_NAME = "cohort.npz"
"""In the folder of a model that was pulled."""
_VERSION = 1


class CalibrationInvalid(ValueError):
    """A file that holds no calibration; the message names it and the way on."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """``cohort`` is (speakers, size), rows of length 1.

    Scores of other people's voices lie above ``thresholds[i]`` at the rate ``rates[i]``, rates falling. One voice's
    halves are less alike than ``split_below[i]`` in one of a hundred sounds of ``split_ms[i]`` net speech.
    """

    identity: Identity
    cohort: Floats
    rates: Floats
    thresholds: Floats
    split_ms: Floats
    split_below: Floats

    def save(self, path: Path) -> None:
        """Some 100 kB: half precision changes no score by more than a hundredth."""
        np.savez_compressed(
            path,
            version=np.array(_VERSION),
            name=np.array(self.identity.name),
            probe=self.identity.probe.astype(np.float16),
            cohort=self.cohort.astype(np.float16),
            rates=self.rates,
            thresholds=self.thresholds,
            split_ms=self.split_ms,
            split_below=self.split_below,
        )

    @classmethod
    def load(cls, path: Path) -> Calibration:
        """Raises :class:`CalibrationInvalid`."""
        try:
            with np.load(path, allow_pickle=False) as kept:
                if int(kept["version"]) != _VERSION:
                    raise CalibrationInvalid(f"{path} is of another version: {_MAKE_ANEW}")
                name, probe = str(kept["name"]), kept["probe"].astype(np.float32)
                rest = [kept[key].astype(np.float32) for key in ("rates", "thresholds", "split_ms", "split_below")]
                return cls(Identity(name, probe), kept["cohort"].astype(np.float32), *rest)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
            if isinstance(error, CalibrationInvalid | FileNotFoundError):
                raise
            raise CalibrationInvalid(f"{path} is no calibration of a speaker model: {_MAKE_ANEW}") from error

    @classmethod
    def find(cls, path: Path, embedder: SpeakerEmbedder) -> Calibration | None:
        """The one at ``path`` if it is there and was measured with this very model."""
        if not path.is_file():
            return None
        found = cls.load(path)
        return found if found.identity.is_same(Identity.of(embedder)) else None


_MAKE_ANEW = 'make it with "python -m gpu.train.speaker.cohort"'
