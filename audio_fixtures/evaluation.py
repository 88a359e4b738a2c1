"""``python -m audio_fixtures.evaluation FOLDER``: the recordings and manifests behind the recognizer's figures.

The sentences are ``audio_fixtures/sentences`` and numbers made by chance; training never hears them, nor these seeds.
Each is spoken by an espeak-ng voice drawn as in training, half of them by Debian's version where it is installed.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gpu.train.recognizer.augment import (
    Random,
    Sound,
    coloured,
    draw_losses,
    lose_packets,
    mix_at,
    through_g711,
)
from gpu.train.recognizer.slots import Slots
from gpu.train.recognizer.voices import Voices
from voicebot import audio, sound_file
from voicebot.stt.features import RATE_HZ
from voicebot.tts.libespeak import RATE_HZ as VOICE_HZ

SENTENCES = Path(__file__).parent / "sentences"
SEED = 90_001
NUMBERS = 240
NOISE_DB, LOST_SHARE = 15.0, 0.03
SILENCE_S = 0.25


def sentences(name: str) -> list[str]:
    return (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def dictated_numbers(random: Random, data: Path) -> list[str]:
    """Telephone numbers, order numbers, amounts and addresses as callers say them, equally many."""
    slots, kinds = Slots(data), ("phone", "order", "amount", "address")
    return [slots.one(kinds[number % len(kinds)], random) for number in range(NUMBERS)]


def speak(sentence: str, voices: Voices, random: Random) -> Sound:
    """One sentence at 8 kHz, with a moment of silence on either side, by a voice of chance."""
    samples, _ = voices.speak(sentence, voices.draw(random))
    sound = audio.resample(samples, VOICE_HZ, RATE_HZ).astype(np.float32)
    silence = np.zeros(int(SILENCE_S * RATE_HZ), np.float32)
    return np.concatenate([silence, sound, silence])


def clean_line(sound: Sound, random: Random) -> Sound:
    return through_g711(sound)


def poor_line(sound: Sound, random: Random) -> Sound:
    """White noise 15 dB below the voice, then the coder, then 3 % of the packets lost and silent."""
    noisy = through_g711(mix_at(sound, coloured(random, len(sound), 0.0), NOISE_DB))
    return lose_packets(noisy, draw_losses(random, len(noisy), LOST_SHARE), conceal=False)


def sets(data: Path) -> Iterator[tuple[str, list[str], Callable[[Sound, Random], Sound]]]:
    """Name, sentences and telephone line of each set."""
    yield "contact_centre", sentences("contact_centre"), clean_line
    yield "contact_centre_poor_line", sentences("contact_centre"), poor_line
    yield "everyday", sentences("everyday"), clean_line
    yield "numbers", dictated_numbers(np.random.default_rng(SEED), data), clean_line


def make(folder: Path, data: Path) -> None:
    """Writes ``folder/NAME.tsv`` and its FLAC files: sentences, voices and lines are the seed's."""
    voices = Voices()
    for number, (name, texts, line) in enumerate(sets(data)):
        random = np.random.default_rng([SEED, number])
        (folder / name).mkdir(parents=True, exist_ok=True)
        rows = []
        for index, text in enumerate(texts):
            path = Path(name) / f"{index:03d}.flac"
            sound_file.write(folder / path, audio.to_int16(line(speak(text, voices, random), random)), RATE_HZ)
            rows.append(f"{path}\t{text}\n")
        (folder / f"{name}.tsv").write_text("".join(rows), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m audio_fixtures.evaluation", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    arguments = parser.parse_args()
    if not (arguments.data / "address").is_dir():
        parser.error(f"no training data in {arguments.data}: set AICC_TRAINING_DATA (the addresses come from it)")
    make(arguments.folder, arguments.data)


if __name__ == "__main__":
    main()
