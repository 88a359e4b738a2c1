"""How well and how soon a recognizer hears: character error rate and delays over a manifest."""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voicebot.audio import Samples
from voicebot.cases import read_pairs
from voicebot.sound_file import SoundFile
from voicebot.stt.recognizer import TICK_MS, Final, Recognizer
from voicebot.text import to_spoken


@dataclass(frozen=True, slots=True)
class Case:
    """A recording and what is said in it."""

    path: Path
    text: str


def read_manifest(path: Path) -> list[Case]:
    """Cases of a TSV ``path<TAB>text``; paths are relative to it. Raises :class:`voicebot.cases.CasesUnusable`."""
    return [Case(path.parent / sound, text) for sound, text in read_pairs(path, "path<TAB>text")]


def comparable(text: str) -> str:
    """What CER compares: NFC, without spaces and punctuation; digits and Latin letters as they are read aloud."""
    if re.search("[0-9A-Za-z]", text):
        text = to_spoken(text).text
    text = unicodedata.normalize("NFC", text)
    return "".join(character for character in text if unicodedata.category(character)[0] in "LN")


def distance(heard: Sequence[str], said: Sequence[str]) -> int:
    """Levenshtein distance: insertions, deletions and substitutions."""
    row = np.arange(len(said) + 1)
    steps = np.arange(len(said) + 1)
    codes = np.array([ord(character) for character in said])
    for count, character in enumerate(heard, start=1):
        best = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(character)))
        # Insertions run along the row: a running minimum once the slope of one a step is taken away.
        row = np.minimum.accumulate(np.concatenate([[count], best]) - steps) + steps
    return int(row[-1])


@dataclass(frozen=True, slots=True)
class Heard:
    """One case as a call would have lived it."""

    final: Final
    seconds: float
    compute_s: float
    final_ms: float
    partial_lags_ms: tuple[float, ...]


def listen(recognizer: Recognizer, samples: Samples) -> Heard:
    """Feeds a recording tick by tick as a call does.

    A word's partial lag runs from its end to the moment a partial first shows the words up to it as the final has
    them, computing included.
    """
    stream, clock = recognizer.stream(), time.perf_counter
    tick = recognizer.rate_hz * TICK_MS // 1000
    shown: list[tuple[float, str]] = []
    compute_s = 0.0
    for start in range(0, len(samples), tick):
        began = clock()
        stream.accept(samples[start : start + tick])
        recognizer.decode([stream])
        spoken = stream.partial.spoken.replace(" ", "")
        took = clock() - began
        compute_s += took
        if not shown or spoken != shown[-1][1]:
            shown.append((min(len(samples), start + tick) * 1000 / recognizer.rate_hz + took * 1000, spoken))
    began = clock()
    stream.finish()
    recognizer.decode([stream])
    final_s = clock() - began
    final = stream.final
    assert final is not None, f"{recognizer.name} finished a stream without a final"
    return Heard(
        final, len(samples) / recognizer.rate_hz, compute_s + final_s, final_s * 1000, tuple(_lags(final, shown))
    )


def _lags(final: Final, shown: list[tuple[float, str]]) -> Iterator[float]:
    said, first = "", 0
    for word in final.words:
        said += word.text
        # No word is shown before the one in front of it.
        found = next((n for n in range(first, len(shown)) if shown[n][1].startswith(said)), None)
        if found is not None:
            first = found
            yield shown[found][0] - word.end_ms


@dataclass(frozen=True, slots=True)
class Result:
    """Over a manifest: ``cer`` and ``rtf`` are fractions; the worst cases come first in ``mistakes``."""

    n: int
    cer: float
    rtf: float
    final_ms_p95: float
    partial_lag_ms_p50: float | None
    mistakes: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, float | int | None]:
        return {
            "n": self.n,
            "cer": round(self.cer, 4),
            "rtf": round(self.rtf, 4),
            "final_ms_p95": round(self.final_ms_p95, 1),
            "partial_lag_ms_p50": None if self.partial_lag_ms_p50 is None else round(self.partial_lag_ms_p50, 1),
        }


def evaluate(
    recognizer: Recognizer, cases: Sequence[Case], on_case: Callable[[Case, Heard], None] | None = None
) -> Result:
    """Hears every case of a manifest, one after the other, in real-time ticks but not in real time."""
    errors = characters = 0
    heard: list[Heard] = []
    mistakes: list[tuple[int, str, str]] = []
    warm_up(recognizer)
    for case in cases:
        one = listen(recognizer, SoundFile(case.path, recognizer.rate_hz).read())
        heard.append(one)
        said = comparable(case.text)
        wrong = distance(comparable(one.final.spoken), said)
        errors, characters = errors + wrong, characters + len(said)
        if wrong:
            mistakes.append((wrong, case.text, one.final.spoken))
        if on_case is not None:
            on_case(case, one)
    lags = [lag for one in heard for lag in one.partial_lags_ms]
    return Result(
        n=len(heard),
        cer=errors / max(1, characters),
        rtf=sum(one.compute_s for one in heard) / max(1e-9, sum(one.seconds for one in heard)),
        final_ms_p95=float(np.percentile([one.final_ms for one in heard], 95)),
        partial_lag_ms_p50=float(np.median(lags)) if lags else None,
        mistakes=tuple((said, spoken) for _, said, spoken in sorted(mistakes, reverse=True)),
    )


def warm_up(recognizer: Recognizer) -> None:
    """One second of noise, so that what loads lazily is not counted as hearing."""
    noise = np.random.default_rng(0).normal(0, 300, recognizer.rate_hz).astype(np.int16)
    listen(recognizer, noise)
