"""``python -m gpu.train.speaker.trials_of_test OUT``: the trials that the bundled embedding is judged by.

Ten speakers of LibriSpeech's test-other, nobody of whom is heard in training: up to three pieces of 3 s of each of
their recordings, in the telephone band, every piece against every piece of another recording. Writes WAV files and
``trials.tsv`` for ``aicc speaker eval``; the same ones each time.
"""

import argparse
import itertools
import os
from pathlib import Path

import soundfile

from gpu.train.speaker.line import telephone_band
from gpu.train.speaker.voices import RATE_HZ, Sound, read
from voicebot import audio

TEST = Path("speech/librispeech/librispeech_test-other")
LIST = "trials.tsv"
PIECE_S = 3
PIECES = 3  # of one recording, at most


def pieces(sound: Sound) -> list[Sound]:
    """One after another from the beginning, whole ones only; 8 kHz."""
    length = PIECE_S * RATE_HZ
    return [sound[start : start + length] for start in range(0, len(sound) - length + 1, length)][:PIECES]


def write(data: Path, folder: Path) -> Path:
    """The list of trials, its sounds beside it; ``FileNotFoundError`` where the data has no such speech."""
    recordings = sorted((data / TEST).glob("*/*.flac"))
    if not recordings:
        raise FileNotFoundError(f"no speech in {data / TEST}: set AICC_TRAINING_DATA")
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[str, str, str]] = []  # speaker, recording, file
    for path in recordings:
        for number, piece in enumerate(pieces(telephone_band(read(path, RATE_HZ)))):
            name = f"{path.stem}-{number}.wav"
            soundfile.write(folder / name, audio.to_int16(piece), RATE_HZ, subtype="PCM_16")
            written.append((path.parent.name, path.stem, name))
    lines = [
        f"{int(one[0] == other[0])}\t{one[2]}\t{other[2]}"
        for one, other in itertools.combinations(written, 2)
        if one[1] != other[1]
    ]
    trials = folder / LIST
    trials.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return trials


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.speaker.trials_of_test", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="a folder for the sounds and the list")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    arguments = parser.parse_args()
    try:
        trials = write(arguments.data, arguments.out)
    except FileNotFoundError as missing:
        parser.error(str(missing))
    print(f"{trials}: {len(trials.read_text(encoding='utf-8').splitlines())} trials")


if __name__ == "__main__":
    main()
