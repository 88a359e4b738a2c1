"""How well anger is heard in voices: ``python -m tests.assist.mood.measure FOLDER``, as JSON.

``FOLDER`` has LibriSpeech test-other's speakers, a folder each. A call is of telephone rate: ten seconds of
a speaker as in the corpus, the baseline among them, then twelve processed. It counts as accused where anger is told of
anywhere. ``espeak`` are Korean sentences of the bundled voices.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from assist.call_so_far import CallSoFar
from assist.mood.mood import Mood
from assist.mood.rules import MoodRules
from assist.replay import RecordedSound
from tests.assist.mood.processed import processed
from voicebot.audio import Samples, resample, to_int16
from voicebot.events import AlertRaised, CallStarted, Logged, SpeechStarted
from voicebot.tts.espeak import shared_thread
from voicebot.tts.libespeak import RATE_HZ as ESPEAK_HZ
from voicebot.tts.libespeak import Prosody

RATE_HZ = 8_000
CALM_S, LATER_S = 10, 12
CALLS_A_SPEAKER = 6
LEVEL = 0.04  # of full scale, root mean square: an ordinary telephone's
KINDS = {
    "calm": {},
    "9 dB louder": {"louder_db": 9},
    "9 dB softer": {"louder_db": -9},
    "angry": {"pitch": 1.25, "rate": 1.2, "louder_db": 9},
    "angry, level made even": {"pitch": 1.25, "rate": 1.2},
    "a little angry": {"pitch": 1.15, "rate": 1.1, "louder_db": 5},
    "faster only": {"rate": 1.2},
}
SENTENCES = "주문한 상품이 아직 안 왔어요. 언제 오는지 확인해 주세요. 어제도 전화했는데 오늘 온다고 하셨거든요."
VOICES = ("ko", "ko+m3", "ko+f2", "ko+f4", "ko+m7")


def librispeech(folder: Path) -> Iterator[tuple[Samples, Samples]]:
    """Both parts of each call; the second one is half as long again as what is used of it when it is faster."""
    for speaker in sorted(path for path in folder.iterdir() if path.is_dir()):
        sounds = [soundfile.read(path)[0] for path in sorted(speaker.rglob("*.flac"))]
        speech = np.concatenate([sound * LEVEL / np.sqrt(np.mean(sound**2)) for sound in sounds])
        speech = resample(to_int16(speech * 32_767), 16_000, RATE_HZ)
        length = (CALM_S + LATER_S * 3 // 2) * RATE_HZ
        for number in range(min(CALLS_A_SPEAKER, len(speech) // length)):
            call = speech[number * length : (number + 1) * length]
            yield call[: CALM_S * RATE_HZ], call[CALM_S * RATE_HZ :]


def accused(first: Samples, later: Samples) -> bool:
    """Whether anger is told of in a call of that voice."""
    sound = np.concatenate((first, later[: LATER_S * RATE_HZ]))
    recorded = RecordedSound(sound, np.zeros_like(sound), RATE_HZ)
    call = Mood(MoodRules()).open(CallSoFar("c"), recorded)
    call.heard(Logged("c", 0, 0, CallStarted("in", "sip", "", "", "")))
    call.heard(Logged("c", 1, 0, SpeechStarted("caller")))
    told = []
    for at_ms in range(1_000, len(sound) * 1_000 // RATE_HZ, 1_000):
        recorded.pass_to(at_ms)
        told += call.tick(at_ms)
    return any(isinstance(event, AlertRaised) and event.kind == "anger" for event in told)


def said(voice: str, prosody: Prosody) -> Samples:
    blocks = [block for _ in range(3) for block in shared_thread().speak(SENTENCES, voice, prosody)]
    return resample(np.concatenate(blocks), ESPEAK_HZ, RATE_HZ) // 4


def espeak() -> dict[str, str]:
    kinds = {
        "calm": Prosody(),
        "louder": Prosody(volume=180),
        "angry": Prosody(words_per_minute=215, pitch=75, pitch_range=70, volume=180),
    }
    first = {voice: said(voice, Prosody()) for voice in VOICES}
    told = {
        kind: sum(accused(first[voice][: CALM_S * RATE_HZ], said(voice, prosody)) for voice in VOICES)
        for kind, prosody in kinds.items()
    }
    return {kind: f"{count}/{len(VOICES)}" for kind, count in told.items()}


def main() -> None:
    calls, accusations, seconds = 0, Counter[str](), 0.0
    for first, later in librispeech(Path(sys.argv[1])):
        calls += 1
        for kind, change in KINDS.items():
            later_sound = processed(later, RATE_HZ, **change)
            began = time.thread_time()
            accusations[kind] += accused(first, later_sound)
            seconds += time.thread_time() - began
    shares = {kind: round(accusations[kind] / calls, 3) for kind in KINDS}
    cpu_ms = round(seconds * 1_000 / (calls * len(KINDS) * (CALM_S + LATER_S)), 2)
    print(json.dumps({"calls": calls, "accused": shares, "espeak": espeak(), "cpu_ms_a_second": cpu_ms}, indent=1))


if __name__ == "__main__":
    main()
