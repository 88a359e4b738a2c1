"""``python -m audio_fixtures.callers``: makes what the recorded callers say anew, where a script was changed.

Each text of a script is spoken by the script's voice and kept at 8 kHz, its words in the file's title.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import soundfile

from aicc.simulation.script import Script
from aicc.simulation.script_file import read_scripts
from aicc.simulation.speech import Speech
from audio_fixtures.callers import FOLDER
from voicebot.audio import MU_LAW, Samples

RATE_HZ = 8_000


def make(script: Script, speech: Speech, everything: bool) -> list[str]:
    """The names of the recordings that were made; those that no text has any more are deleted."""
    texts = script.texts() if script.written.recorded else []
    wanted = {script.recording(number): text for number, text in enumerate(texts, start=1)}
    for path in script.path.parent.glob(f"{script.name}.*.flac"):
        if path not in wanted:
            path.unlink()
    made = []
    for path, text in wanted.items():
        if everything or not _says(script, path, text):
            _write(path, MU_LAW.decode(MU_LAW.encode(speech.say(text, script.written.voice))), text, _voice(script))
            made.append(path.name)
    return made


def _voice(script: Script) -> str:
    voice = script.written.voice
    return f"{voice.name}, speed {voice.speed}, pitch {voice.pitch}"


def _says(script: Script, path: Path, text: str) -> bool:
    try:
        with soundfile.SoundFile(str(path)) as file:
            return bool(file.title == text and file.artist == _voice(script))
    except soundfile.SoundFileError:
        return False


def _write(path: Path, samples: Samples, text: str, voice: str) -> None:
    with soundfile.SoundFile(str(path), "w", RATE_HZ, 1, "PCM_16", format="FLAC") as file:
        file.title = text
        file.artist = voice
        file.write(samples)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m audio_fixtures.callers", description=__doc__)
    parser.add_argument("--everything", action="store_true", help="make also those whose text and voice are the same")
    everything = parser.parse_args().everything
    speech = Speech(RATE_HZ)
    made = [name for script in read_scripts([FOLDER]) for name in make(script, speech, everything)]
    print("\n".join(made) or "nothing to make")


if __name__ == "__main__":
    main()
