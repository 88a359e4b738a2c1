"""Sound files of any kind into the sound a recognizer takes, and back: whatever had to be changed is said."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from voicebot.audio import Samples, to_int16

BLOCK_S = 10
_SCALE = np.float32(32_768)  # what soundfile divides 16-bit samples by
_CLIPPED_SHARE = 0.001  # of samples at full scale; speech that was cut off has many, a loud peak has few


class SoundFileError(ValueError):
    """A file that holds no sound that can be used; the message names the file and the way on."""


@dataclass
class SoundFile:
    """A file opened for reading as mono at ``rate_hz``; ``notes`` tells, once it has been read, what was converted.

    Files are read in blocks, so one of hours costs no more memory than one of seconds.
    """

    path: Path
    rate_hz: int
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.path.is_file():
            raise SoundFileError(f"no file {self.path}: check the name")
        if not self.path.stat().st_size:
            raise SoundFileError(f"{self.path} is empty: record it again or copy it anew")
        try:
            self._info = soundfile.info(str(self.path), verbose=True)
        except soundfile.SoundFileError as error:
            raise SoundFileError(f"{self.path} is not audio that can be read: give WAV, FLAC, OGG or MP3") from error
        if not self._info.frames:
            raise SoundFileError(f"{self.path} holds 0 samples: record it again")

    @property
    def seconds(self) -> float:
        return float(self._info.frames / self._info.samplerate)

    def blocks(self) -> Iterator[Samples]:
        """The sound in blocks of some seconds; raises :class:`SoundFileError` where the file breaks off."""
        source_hz, channels = self._info.samplerate, self._info.channels
        self.notes.clear()
        if channels > 1:
            self.notes.append(f"{channels} channels mixed to one")
        if source_hz != self.rate_hz:
            self.notes.append(f"{source_hz:,} Hz converted to {self.rate_hz:,} Hz")
        if self._info.subtype not in ("PCM_16", "ULAW", "ALAW"):
            self.notes.append(f"{self._info.subtype_info} converted to 16 bit")
        resampler = soxr.ResampleStream(source_hz, self.rate_hz, 1, dtype="float32")
        unusable = loudest = read = 0
        try:
            with soundfile.SoundFile(str(self.path)) as file:
                for block in file.blocks(BLOCK_S * source_hz, dtype="float32", always_2d=True):
                    finite = np.isfinite(block)
                    unusable += int((~finite).any(axis=1).sum())
                    block = np.clip(np.where(finite, block, np.float32(0)), -1, 1)
                    loudest += int((np.abs(block) >= 0.999).any(axis=1).sum())
                    sound: npt.NDArray[np.float32] = block.mean(axis=1, dtype=np.float32)
                    read += len(sound)
                    yield to_int16(resampler.resample_chunk(sound) * _SCALE)
        except soundfile.SoundFileError as error:
            raise SoundFileError(f"{self.path} breaks off after {read / source_hz:.1f} s: copy it anew") from error
        if not read:
            raise SoundFileError(f"{self.path} holds 0 samples: record it again")
        yield to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True) * _SCALE)
        if "should be" in self._info.extra_info:  # libsndfile's remark on a header that promises more
            self.notes.append(f"cut short: its header promises more than the {read / source_hz:.1f} s that are there")
        if unusable:
            self.notes.append(f"{unusable:,} samples that were no number taken as silence")
        if loudest > _CLIPPED_SHARE * read:
            self.notes.append(f"clipped ({100 * loudest / read:.1f} % of samples at full scale): expect more errors")

    def read(self) -> Samples:
        return np.concatenate(list(self.blocks()))


def write(path: Path, samples: Samples, rate_hz: int) -> None:
    """Writes int16 mono; the ending names the format (.wav, .flac, .ogg). Raises :class:`SoundFileError`."""
    if not path.parent.is_dir():
        raise SoundFileError(f"cannot write {path}: make the folder {path.parent} first")
    if path.suffix.lower().lstrip(".") not in ("wav", "flac", "ogg"):
        raise SoundFileError(f"cannot write {path}: name it .wav, .flac or .ogg")
    try:
        soundfile.write(str(path), samples, rate_hz, subtype="PCM_16" if path.suffix in (".wav", ".flac") else None)
    except (soundfile.SoundFileError, OSError) as error:
        raise SoundFileError(f"cannot write {path}: check the folder's rights and the space on the disk") from error
