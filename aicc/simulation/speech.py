"""What a caller will say and play, made into sound before the call begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from aicc.simulation.script import (
    Backchannel,
    Cough,
    CutIn,
    HangUp,
    Keys,
    LineSettings,
    Listen,
    Noise,
    NoiseKind,
    Play,
    Say,
    Script,
    Silence,
    Voice,
)
from audio_fixtures import recorded_calls, sounds
from voicebot.audio import FRAME_MS, FULL_SCALE, Samples, to_int16
from voicebot.sound_file import SoundFile, SoundFileError
from voicebot.tts import Synthesizer, open_synthesizer
from voicebot.tts.level import active_level_dbfs
from voicebot.tts.mouth import Mouth

HELLO = "여보세요?"  # to a bot that has fallen silent
SPEECH_FLOOR_DBFS = -45.0  # a voice ends with its last sample over this
SPEECH_DBFS = -20.0  # of a caller who says nothing at all, for the noise on the line
LOOP_S = 20  # a noise begins again after so long

ActKind = Literal[
    "say", "cut_in", "cough", "backchannel", "keys", "silence", "noise", "play", "hang_up", "listen", "hello"
]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Something to be heard: int16 at ``rate_hz``, and where in it it is loud enough to be heard, in ms.

    ``first_ms`` and ``last_ms`` are its first and last audible moments, ``pauses_ms`` the pauses that were written
    into it, from the last audible moment before to the first behind.
    """

    samples: Samples
    rate_hz: int
    first_ms: float
    last_ms: float
    pauses_ms: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, samples: Samples, rate_hz: int, pauses: tuple[tuple[int, int], ...] = ()) -> Sound:
        """``pauses`` are stretches of samples."""
        audible = np.flatnonzero(np.abs(samples.astype(np.int32)) > FULL_SCALE * 10 ** (SPEECH_FLOOR_DBFS / 20))
        if not audible.size:
            return cls(samples, rate_hz, 0.0, 0.0)
        heard = []
        for start, end in pauses:
            before, behind = audible[audible < start], audible[audible >= end]
            if before.size and behind.size:
                heard.append((_ms(int(before[-1]) + 1, rate_hz), _ms(int(behind[0]), rate_hz)))
        return cls(samples, rate_hz, _ms(int(audible[0]), rate_hz), _ms(int(audible[-1]) + 1, rate_hz), tuple(heard))

    def frames(self) -> Iterator[Samples]:
        """Of 20 ms, the last filled up with silence."""
        length = self.rate_hz * FRAME_MS // 1000
        for start in range(0, len(self.samples), length):
            frame = self.samples[start : start + length]
            yield frame if len(frame) == length else np.pad(frame, (0, length - len(frame)))


def _ms(samples: int, rate_hz: int) -> float:
    return samples * 1000 / rate_hz


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a script, ready to be done. ``after_ms`` of the bot's speech; None waits for the bot to finish."""

    kind: ActKind
    text: str = ""
    sound: Sound | None = None
    keys: str = ""
    after_ms: int | None = None
    silence_ms: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """All that one caller does in a call, and how."""

    name: str
    rate_hz: int
    acts: tuple[Act, ...]
    hello: Sound
    line: LineSettings
    voice_dbfs: float
    patience_ms: int
    reaction_ms: tuple[int, int]


@dataclass
class Speech:
    """Makes scripts ready for wires of ``rate_hz``. Blocks: it is asked off the loop, and before the calls begin.

    What was said once is kept, by voice and text. ``models`` is where voices other than espeak-ng's lie.
    """

    rate_hz: int = 8_000
    models: Path = Path("models")
    _mouths: dict[Voice, Mouth] = field(default_factory=dict)
    _said: dict[tuple[Voice, str], Samples] = field(default_factory=dict)

    def part(self, script: Script) -> Part:
        """Raises SoundFileError or SynthesizerUnavailable, whose message says what is missing."""
        words = _Words(self, script)
        acts = tuple(words.act(step) for step in script.written.steps)
        spoken = [act.sound.samples for act in acts if act.sound is not None and act.text]
        return Part(
            name=script.name,
            rate_hz=self.rate_hz,
            acts=acts,
            hello=Sound.of(self.say(HELLO, script.written.voice), self.rate_hz),
            line=script.written.line,
            voice_dbfs=active_level_dbfs(np.concatenate(spoken), self.rate_hz) if spoken else SPEECH_DBFS,
            patience_ms=script.written.patience_ms,
            reaction_ms=script.written.reaction_ms,
        )

    def say(self, text: str, voice: Voice) -> Samples:
        key = (voice, text)
        if key not in self._said:
            if voice not in self._mouths:
                self._mouths[voice] = Mouth(_synthesizer(voice, self.models), self.rate_hz)
            blocks = [spoken.samples for spoken in self._mouths[voice].say(text)]
            self._said[key] = np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
        return self._said[key]


def _synthesizer(voice: Voice, models: Path) -> Synthesizer:
    if ":" in voice.name:
        return open_synthesizer(voice.name, models)
    from voicebot.tts.espeak import EspeakSynthesizer
    from voicebot.tts.libespeak import Prosody

    return EspeakSynthesizer(voice.name, Prosody(words_per_minute=voice.speed, pitch=voice.pitch))


class _Words:
    """The sounds of one script, its texts counted as they come."""

    def __init__(self, speech: Speech, script: Script) -> None:
        self._speech = speech
        self._script = script
        self._rate_hz = speech.rate_hz
        self._texts = 0

    def act(self, step: object) -> Act:
        match step:
            case Say():
                return self._spoken("say", step.say, step.gain_db, None)
            case CutIn():
                return self._spoken("cut_in", step.cut_in.say, step.cut_in.gain_db, step.cut_in.after_ms)
            case Backchannel():
                said = step.backchannel
                return self._spoken("backchannel", said.say, said.gain_db, said.after_ms)
            case Cough():
                sound = self._louder(sounds.cough(self._rate_hz), step.cough.gain_db)
                return Act("cough", sound=sound, after_ms=step.cough.after_ms)
            case Keys():
                return Act("keys", keys=step.keys.press, after_ms=step.keys.after_ms)
            case Silence():
                return Act("silence", silence_ms=step.silence_ms)
            case Noise():
                noise = step.noise
                loop = sounds.at_level(noise_loop(noise.kind, self._rate_hz), noise.level_dbfs)
                samples = np.resize(loop, noise.ms * self._rate_hz // 1000)
                return Act("noise", sound=Sound.of(samples, self._rate_hz), after_ms=noise.after_ms)
            case Play():
                path = self._script.path.parent / step.play.file
                sound = self._louder(SoundFile(path, self._rate_hz).read(), step.play.gain_db)
                return Act("play", sound=sound, after_ms=step.play.after_ms)
            case HangUp():
                leaving = step.hang_up
                if leaving.say is None or leaving.after_ms is None:
                    return Act("hang_up", after_ms=leaving.after_ms)
                act = self._spoken("hang_up", leaving.say, 0.0, None)
                assert act.sound is not None
                uttered = act.sound.samples[: leaving.after_ms * self._rate_hz // 1000]
                return Act("hang_up", act.text, Sound.of(uttered, self._rate_hz))
            case Listen():
                return Act("listen")
        raise TypeError(f"no step: {step!r}")

    def _spoken(self, kind: ActKind, pieces: tuple[str | int, ...], gain_db: float, after_ms: int | None) -> Act:
        parts: list[Samples] = []
        pauses: list[tuple[int, int]] = []
        length = 0
        for piece in pieces:
            if isinstance(piece, int):
                sound = np.zeros(piece * self._rate_hz // 1000, np.int16)
                pauses.append((length, length + len(sound)))
            else:
                sound = self._text(piece)
            parts.append(sound)
            length += len(sound)
        text = " ".join(piece for piece in pieces if isinstance(piece, str))
        return Act(kind, text, self._louder(np.concatenate(parts), gain_db, tuple(pauses)), after_ms=after_ms)

    def _text(self, text: str) -> Samples:
        self._texts += 1
        if not self._script.written.recorded:
            return self._speech.say(text, self._script.written.voice)
        path = self._script.recording(self._texts)
        said = recorded_text(path)
        if said != text:
            cure = "make the recordings anew, python -m audio_fixtures.callers does it for the project's"
            raise SoundFileError(f'{path} says "{said}", not "{text}": {cure}')
        return SoundFile(path, self._rate_hz).read()

    def _louder(self, samples: Samples, gain_db: float, pauses: tuple[tuple[int, int], ...] = ()) -> Sound:
        if gain_db:
            samples = to_int16(samples * 10 ** (gain_db / 20))
        return Sound.of(samples, self._rate_hz, pauses)


def recorded_text(path: Path) -> str:
    """What is said in a recording of ours: its title."""
    import soundfile

    SoundFile(path, 8_000)  # says what is wrong with a file that is not there or no sound
    with soundfile.SoundFile(str(path)) as file:
        return str(file.title)


_MAKERS: dict[NoiseKind, str] = {
    "street": "street",
    "music": "hold music",
    "strings": "string music",
    "band": "band music",
    "white": "white noise",
    "pink": "pink noise",
    "keyboard": "keyboard",
    "breathing": "breathing",
}


@lru_cache(maxsize=32)
def noise_loop(kind: NoiseKind, rate_hz: int) -> Samples:
    """``LOOP_S`` seconds, the same each time; all callers of a process share it."""
    noise = babble(rate_hz) if kind == "babble" else sounds.NOT_SPEECH[_MAKERS[kind]](LOOP_S, rate_hz)
    noise.flags.writeable = False
    return noise


def babble(rate_hz: int) -> Samples:
    """A room full of people: the recorded callers of ``audio_fixtures``, all at once, each from another place on."""
    length = LOOP_S * rate_hz
    together = np.zeros(length)
    for number, case in enumerate(recorded_calls()):
        voice = SoundFile(case.path, rate_hz).read()
        together += np.roll(np.resize(voice, length), number * length // 12)
    return sounds.at_level(to_int16(together / 4), sounds.LEVEL_DBFS)
