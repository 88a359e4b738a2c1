"""Sentences that have been spoken before, kept as sound: greetings, questions and whatever is said again and again."""

import hashlib
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voicebot.audio import FRAME_MS, Samples

LIMIT_BYTES = 64 * 2**20  # half an hour of speech at 16 kHz
_LARGEST_SHARE = 8  # one phrase takes at most this part of the cache


@dataclass(frozen=True, slots=True)
class Spoken:
    """20 ms of sound, and how many characters of the written text have been said once it has been played."""

    samples: Samples
    text_end: int


@dataclass(frozen=True, slots=True)
class PhraseKey:
    """What makes two sayings the same: the voice (``Synthesizer.name``), the door's rate and the written text."""

    voice: str
    rate_hz: int
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """A whole saying: int16 ``samples`` of so many 20 ms frames, and each frame's ``Spoken.text_end``. Read-only."""

    samples: Samples
    text_ends: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        self.samples.setflags(write=False)  # calls share it
        self.text_ends.setflags(write=False)

    @classmethod
    def of(cls, sayings: Sequence[Spoken]) -> "Phrase":
        samples = np.concatenate([saying.samples for saying in sayings]) if sayings else np.zeros(0, np.int16)
        text_ends = np.array([saying.text_end for saying in sayings], np.int32)
        return cls(samples, text_ends)

    @property
    def size_bytes(self) -> int:
        return self.samples.nbytes + self.text_ends.nbytes

    def __iter__(self) -> Iterator[Spoken]:
        frame = len(self.samples) // max(1, len(self.text_ends))
        for number, text_end in enumerate(self.text_ends):
            yield Spoken(self.samples[number * frame : (number + 1) * frame], int(text_end))


class PhraseCache:
    """Bounded in bytes; when it is full, what has not been said for longest goes. Safe from any thread.

    Sentences said to a caller stay in memory only. With a ``folder``, the fixed phrases that :meth:`keep` is given
    survive a restart there: they hold nobody's data.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES, folder: Path | None = None) -> None:
        self.limit_bytes = limit_bytes
        self._folder = folder
        self._phrases: OrderedDict[PhraseKey, Phrase] = OrderedDict()
        self._size_bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._phrases)

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    @property
    def largest_bytes(self) -> int:
        """A phrase larger than this is not kept: one long announcement must not push out all greetings."""
        return self.limit_bytes // _LARGEST_SHARE

    def get(self, key: PhraseKey) -> Phrase | None:
        with self._lock:
            phrase = self._phrases.get(key)
            if phrase is not None:
                self._phrases.move_to_end(key)
            return phrase

    def put(self, key: PhraseKey, phrase: Phrase) -> None:
        if phrase.size_bytes > self.largest_bytes:
            return
        with self._lock:
            replaced = self._phrases.pop(key, None)
            self._size_bytes += phrase.size_bytes - (replaced.size_bytes if replaced else 0)
            self._phrases[key] = phrase
            while self._size_bytes > self.limit_bytes:
                _, oldest = self._phrases.popitem(last=False)
                self._size_bytes -= oldest.size_bytes

    def recall(self, key: PhraseKey, made_from: str) -> Phrase | None:
        """A kept phrase, from memory or the folder; None where the folder has it not, or made from something else.

        ``made_from`` is what the voice was given: a text that is read aloud differently since is spoken anew.
        """
        found = self.get(key)
        if found is not None or not self._folder:
            return found
        try:
            with np.load(self._path(key, made_from), allow_pickle=False) as stored:
                phrase = Phrase(stored["samples"].astype(np.int16), stored["text_ends"].astype(np.int32))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # never kept, or cut short by a full disk: it is spoken anew
        if len(phrase.samples) != len(phrase.text_ends) * (key.rate_hz * FRAME_MS // 1000):
            return None
        self.put(key, phrase)
        return phrase

    def keep(self, key: PhraseKey, made_from: str, phrase: Phrase) -> None:
        """Remembers a fixed phrase, in the folder too where there is one. Raises OSError where it cannot be written."""
        self.put(key, phrase)
        if not self._folder:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
            np.savez(file, samples=phrase.samples, text_ends=phrase.text_ends)
        Path(file.name).replace(self._path(key, made_from))  # whole or not at all, whoever else writes it

    def _path(self, key: PhraseKey, made_from: str) -> Path:
        assert self._folder is not None
        identity = "\0".join([key.voice, str(key.rate_hz), key.text, made_from]).encode(errors="surrogatepass")
        return self._folder / f"{hashlib.sha256(identity).hexdigest()[:32]}.npz"
