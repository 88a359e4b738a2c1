"""The voices to learn from: the speakers of LibriSpeech, each disguised as ever other people who do not exist.

A few hundred speakers are few, and a network soon knows them by heart. So none is heard twice alike: pitch, length of
the vocal tract and each region of formants move apart from one another, one's words come out of another's mouth or from
between the two, some speech runs backwards, some is two people at once. The teacher says where in its space that would
lie; that there is no such human does not matter to it (Beyer et al., "Knowledge distillation: a good teacher is patient
and consistent", CVPR 2022).
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from gpu.train.speaker.disguise import Disguise, sounding
from voicebot import audio

RATE_HZ = 8_000
TRAIN = Path("speech/librispeech/librispeech_train-clean-100")
HELD_OUT_EVERY = 10  # one speaker of so many is never trained on, to watch the training by
LEAST_LENT = 300  # frames of 8 ms
BACKWARDS_SHARE = 0.08
PAIRED_SHARE = 0.3  # of the voices: two people at once
LOUDER_DB = (0.0, 15.0)

Sound = npt.NDArray[np.float32]  # on the 16-bit scale
Random = np.random.Generator


def recordings(data: Path) -> dict[str, Path]:
    """A file for each of the 251 speakers of LibriSpeech's train-clean-100, in the order of their numbers.

    ``FileNotFoundError`` where the data has no speech.
    """
    found = {path.name.split("-")[0]: path for path in (data / TRAIN).glob("*.ogg")}
    if not found:
        raise FileNotFoundError(f"no speech in {data / TRAIN}: set AICC_TRAINING_DATA")
    return dict(sorted(found.items(), key=lambda entry: int(entry[0])))


def read(path: Path, rate_hz: int) -> Sound:
    """A mono sound file as float32 on the 16-bit scale."""
    samples, from_hz = soundfile.read(path, dtype="int16")
    return audio.resample(samples, from_hz, rate_hz).astype(np.float32)


class Voices:
    """Draws voices that nobody has heard yet; ``speakers`` are at 16 kHz, as recorded."""

    def __init__(self, speakers: list[Sound]) -> None:
        self._speakers = speakers
        self._lenders = [lent for lent in map(sounding, speakers) if len(lent) > LEAST_LENT]

    def one(self, samples: int, random: Random) -> Sound:
        """One person's speech, so many samples at 16 kHz, zeros at its end where the recording is shorter."""
        disguise = Disguise.draw(random)
        speaker = self._speakers[int(random.integers(len(self._speakers)))]
        needed = int(samples * disguise.pitch) + 16
        start = int(random.integers(max(0, len(speaker) - needed) + 1))
        lender = self._lenders[int(random.integers(len(self._lenders)))] if self._lenders else None
        sound = disguise(speaker[start : start + needed], lender)[:samples]
        if random.random() < BACKWARDS_SHARE:
            sound = np.ascontiguousarray(sound[::-1])
        return np.pad(sound, (0, samples - len(sound)))

    def draw(self, samples: int, random: Random) -> Sound:
        """One person, or two of whom one is louder."""
        sound = self.one(samples, random)
        if random.random() < PAIRED_SHARE:
            other = self.one(samples, random)
            louder_db = random.uniform(*LOUDER_DB)
            gain = np.std(sound) / (np.std(other) + 1e-3) * 10 ** (-louder_db / 20)
            sound = sound + np.asarray(gain * other, np.float32)
        return sound
