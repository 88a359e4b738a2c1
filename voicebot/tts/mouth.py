"""The mouth: written text in, sound at the door's rate out, the first of it as early as the voice can.

A text is cut into sentences, each sentence is written out in Hangul, and each clause of it is spoken, brought to one
level and resampled while the next does not exist yet. Every 20 ms of sound says how much of the written text has been
heard once it has been played, so that interrupted speech is recorded as what was heard.
"""

from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import soxr

from voicebot.audio import FRAME_MS, to_int16
from voicebot.tts import clauses
from voicebot.tts.level import Sound, active_level_dbfs, gain_to_speech_level, shaped
from voicebot.tts.phrases import Phrase, PhraseCache, PhraseKey, Spoken
from voicebot.tts.synthesizer import Synthesizer

RATES_HZ = (8_000, 16_000, 24_000, 48_000)

_SOUND_CHECK = "안녕하세요, 고객님. 무엇을 도와드릴까요?"
_TONES = {"?": "?", "？": "?", "!": "!", "！": "!"}
_GAINS: WeakKeyDictionary[Synthesizer, float] = WeakKeyDictionary()


class WrittenOut(Protocol):
    """A sentence as it is read aloud, and where in the written one it comes from: ``voicebot.text``'s ``Rewritten``."""

    @property
    def text(self) -> str: ...

    def source_range(self, start: int, end: int) -> tuple[int, int]: ...


def _to_spoken(sentence: str) -> WrittenOut:
    from voicebot.text import to_spoken  # only when a mouth speaks: a training run imports this package too

    return to_spoken(sentence)


def heard_text(text: str, text_end: int) -> str:
    """What of ``text`` the caller has heard when the last block played carried ``text_end``."""
    return text[:text_end].strip()


@dataclass(frozen=True, slots=True)
class _Breath:
    """What one clause gives the voice, and the written text's offset after each of its spoken characters."""

    spoken: str
    characters: str
    text_ends: list[int]
    pause_ms: int


class Mouth:
    """Speaks with one voice at one door's rate. Holds nothing of a call: all calls of a process may share it.

    ``rate_hz`` is one of ``RATES_HZ``. ``phrases`` remembers what has been said (a cache of its own by default);
    ``write_out`` turns a written sentence into Hangul. The voice's level is measured once, by having it say a sentence.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        rate_hz: int,
        *,
        phrases: PhraseCache | None = None,
        write_out: Callable[[str], WrittenOut] = _to_spoken,
    ) -> None:
        if rate_hz not in RATES_HZ:
            raise ValueError(f"no door has a rate of {rate_hz} Hz: choose one of {RATES_HZ}")
        self.synthesizer = synthesizer
        self.rate_hz = rate_hz
        self.phrases = phrases if phrases is not None else PhraseCache()
        self._write_out = write_out
        self._gain = _gain_of(synthesizer)

    def key(self, text: str, *, slower: bool = False) -> PhraseKey:
        """Under what ``text`` is remembered once it has been said."""
        return PhraseKey(self.synthesizer.name, self.rate_hz, f"{text}\n(slower)" if slower else text)

    def say(self, text: str, *, slower: bool = False) -> Generator[Spoken, None, None]:
        """The sound of ``text`` in blocks of 20 ms, the last filled up with silence; nothing where nothing can be said.

        ``slower`` is for who asks for it: a breath after every few words, with any voice.

        Computes and blocks: it is drawn from off the event loop. Closing the iterator ends the saying; only a saying
        drawn to its end is remembered. Raises ``SynthesizerUnavailable`` where the voice has died.
        """
        key = self.key(text, slower=slower)
        phrase = self.phrases.get(key)
        if phrase is not None:
            yield from phrase
            return
        sayings: list[Spoken] | None = []
        size_bytes = 0
        for spoken in self._say_anew(text, slower):
            if sayings is not None:
                sayings.append(spoken)
                size_bytes += spoken.samples.nbytes
                if size_bytes > self.phrases.largest_bytes:
                    sayings = None
            yield spoken
        if sayings is not None:
            self.phrases.put(key, Phrase.of(sayings))

    def prefill(self, texts: Iterable[str]) -> None:
        """Has fixed phrases ready before the first call: from the cache's folder, else spoken now and kept there.

        Raises OSError where the folder cannot be written.
        """
        for text in texts:
            key = self.key(text)
            made_from = "\n".join(f"{breath.spoken}\t{breath.pause_ms}" for breath in self._breaths(text))
            if self.phrases.recall(key, made_from) is None:
                self.phrases.keep(key, made_from, Phrase.of(list(self._say_anew(text))))

    def _say_anew(self, text: str, slower: bool = False) -> Iterator[Spoken]:
        line = _Line(self.synthesizer.rate_hz, self.rate_hz)
        pause_ms = 0
        for breath in self._breaths(text, slower):
            sound = self._voice(breath.spoken)
            if sound.size:
                yield from line.silence(pause_ms)
                yield from line.speech(sound, breath)
                pause_ms = breath.pause_ms
        yield from line.end(len(text))

    def _voice(self, spoken: str) -> Sound:
        blocks = list(self.synthesizer.speak(spoken))
        if not blocks:
            return np.zeros(0, np.float32)
        return shaped(np.concatenate(blocks).astype(np.float32), self.synthesizer.rate_hz, self._gain)

    def _breaths(self, text: str, slower: bool = False) -> Iterator[_Breath]:
        limit = clauses.FIRST_SYLLABLES
        for sentence in clauses.sentences(text):
            out = self._write_out(text[sentence.start : sentence.end])
            cut = clauses.clauses(out.text, limit)
            for clause in clauses.slower(out.text, cut) if slower else cut:
                characters = out.text[clause.start : clause.end]
                last_of_sentence = clause.end == len(out.text)
                spoken = _with_tone(characters, last_of_sentence)
                if spoken:
                    ends = [
                        sentence.start + out.source_range(offset, offset + 1)[0]
                        if offset < len(out.text)
                        else sentence.end
                        for offset in range(clause.start + 1, clause.end + 1)
                    ]
                    pause_ms = sentence.pause_ms if last_of_sentence else clause.pause_ms
                    yield _Breath(spoken, characters, list(accumulate(ends, max)), pause_ms)
                    limit = clauses.CLAUSE_SYLLABLES


class _Line:
    """The way from the voice's rate to the door's, one stream for the whole saying: no click where clauses meet."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._from_hz, self._to_hz = from_hz, to_hz
        self._resampler = (
            soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ") if from_hz != to_hz else None
        )
        self._frame = to_hz * FRAME_MS // 1000
        self._waiting = np.zeros(0, np.float32)
        self._samples_in = 0
        self._samples_out = 0
        self._heard_at: list[float] = []  # after so many of the door's samples
        self._text_ends: list[int] = []  # so much of the text has been heard

    def speech(self, sound: Sound, breath: _Breath) -> Iterator[Spoken]:
        weights = np.cumsum([clauses.syllables(character) for character in breath.characters])
        at = self._samples_in + len(sound) * weights / max(1, int(weights[-1]))
        self._heard_at += (at * self._to_hz / self._from_hz).tolist()
        self._text_ends += breath.text_ends
        yield from self._send(sound)

    def silence(self, duration_ms: int) -> Iterator[Spoken]:
        yield from self._send(np.zeros(self._from_hz * duration_ms // 1000, np.float32))

    def end(self, text_end: int) -> Iterator[Spoken]:
        if not self._samples_in:
            return
        yield from self._send(np.zeros(0, np.float32), last=True)
        rest = np.pad(self._waiting, (0, self._frame - len(self._waiting)))
        yield Spoken(to_int16(rest), text_end)

    def _send(self, sound: Sound, last: bool = False) -> Iterator[Spoken]:
        self._samples_in += len(sound)
        ready: npt.NDArray[np.float32] = self._resampler.resample_chunk(sound, last=last) if self._resampler else sound
        self._waiting = np.concatenate([self._waiting, ready])
        # The last frame is left for end(), which alone knows that the whole text has been heard.
        while len(self._waiting) > self._frame:
            block, self._waiting = self._waiting[: self._frame], self._waiting[self._frame :]
            self._samples_out += self._frame
            heard = bisect_right(self._heard_at, self._samples_out)
            yield Spoken(to_int16(block), self._text_ends[heard - 1] if heard else 0)


def _with_tone(characters: str, last_of_sentence: bool) -> str:
    """A clause as the voice gets it: only what can be said, and the mark that gives it its melody."""
    said = clauses.sayable(characters).strip(".,?!;:'-… ")
    if not clauses.syllables(said):
        return ""
    marks = [_TONES[character] for character in characters[-4:] if character in _TONES]
    return said + (marks[-1] if marks else "." if last_of_sentence else ",")


def _gain_of(synthesizer: Synthesizer) -> float:
    gain = _GAINS.get(synthesizer)
    if gain is None:
        blocks = list(synthesizer.speak(_SOUND_CHECK))
        sound = np.concatenate(blocks) if blocks else np.zeros(0, np.int16)
        gain = gain_to_speech_level(active_level_dbfs(sound, synthesizer.rate_hz))
        _GAINS[synthesizer] = gain
    return gain
