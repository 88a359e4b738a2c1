"""libespeak-ng through ctypes: text in, 16-bit sound and phoneme times out.

The library keeps its state in globals and is not thread-safe, so a process holds one :class:`LibEspeak` for each
shared object (:func:`load`) and one thread speaks at a time. The state carries over: the same sentence differs by some
samples from one time to the next. espeak-ng is GPL-3: it is loaded at run time, never linked, and ``voicebot.tts``
treats it as one replaceable voice among others. C interface: espeak-ng's ``speak_lib.h``.
"""

import ctypes
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE_HZ = 22_050

_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_EVENT_END_OF_LIST = 0
_EVENT_WORD = 1
_EVENT_PHONEME = 7
_CHARACTERS_UTF8 = 1
_PHONEMES_AS_IPA = 2
_LANGUAGE_SWITCH = re.compile(r"\([a-z-]+\)")
_PARAMETERS = {"words_per_minute": 1, "volume": 2, "pitch": 3, "pitch_range": 4, "word_gap": 7}


class EspeakUnavailable(RuntimeError):
    """libespeak-ng or its data could not be loaded; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """How a sentence is spoken; espeak-ng's own units and defaults.

    ``words_per_minute`` 80 to 450; ``pitch`` and ``pitch_range`` 0 to 100; ``volume`` 0 to 200, 100 is full scale;
    ``word_gap`` in units of 10 ms at the default speed.
    """

    words_per_minute: int = 175
    pitch: int = 50
    pitch_range: int = 50
    volume: int = 100
    word_gap: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """The moment a phoneme or a word begins: ``name`` is the phoneme's mnemonic, or empty for a word."""

    at_ms: int
    name: str
    text_position: int
    length: int

    @property
    def is_word(self) -> bool:
        return not self.name


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def bundled_library() -> tuple[Path, Path]:
    """The shared object and data folder that the ``espeakng-loader`` wheel carries."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise EspeakUnavailable('no espeak-ng: run "pip install espeakng-loader"') from error
    return Path(espeakng_loader.get_library_path()), Path(espeakng_loader.get_data_path())


_loaded: dict[str, "LibEspeak"] = {}
_loading = threading.Lock()
os.register_at_fork(after_in_child=_loaded.clear)  # the parent may be in the middle of a word


def load(library: str | Path | None = None) -> "LibEspeak":
    """The process's one :class:`LibEspeak` for a shared object; the bundled one by default.

    To initialize the same object twice takes the callback away from whoever speaks, and ends the process.
    """
    with _loading:
        if str(library) not in _loaded:
            _loaded[str(library)] = LibEspeak(library)
        return _loaded[str(library)]


class LibEspeak:
    """One loaded libespeak-ng: see :func:`load`. One caller at a time speaks, the others wait.

    ``library`` is a path or a soname the loader finds (``libespeak-ng.so.1`` is Debian's); ``data`` the folder that
    holds ``espeak-ng-data``'s files, ``None`` for the library's own default. Raises :class:`EspeakUnavailable`.
    """

    def __init__(self, library: str | Path | None = None, data: Path | None = None) -> None:
        if library is None:
            library, data = bundled_library()
        try:
            self._library = ctypes.CDLL(str(library))
        except OSError as error:
            raise EspeakUnavailable(f"cannot load {library}: {error}") from error
        path = str(data).encode() if data else None
        rate_hz = self._library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, path, _PHONEME_EVENTS)
        if rate_hz != RATE_HZ:
            raise EspeakUnavailable(f"espeak-ng found no data in {data or 'its default folder'} (answered {rate_hz})")
        self._on_samples: Callable[[npt.NDArray[np.int16]], bool] = lambda samples: True
        self._marks: list[Mark] = []
        self._callback = _Callback(self._receive)  # kept: ctypes holds no reference of its own
        self._library.espeak_SetSynthCallback(self._callback)
        self._voice = ""
        self._prosody: Prosody | None = None
        self._turn = threading.Lock()

    def version(self) -> str:
        self._library.espeak_Info.restype = ctypes.c_char_p
        return str(self._library.espeak_Info(None).decode()).split()[0]

    def synthesize(
        self,
        text: str,
        voice: str,
        prosody: Prosody,
        on_samples: Callable[[npt.NDArray[np.int16]], bool],
    ) -> list[Mark]:
        """Speak ``text``, handing each block of int16 samples at ``RATE_HZ`` to ``on_samples`` as soon as it exists.

        ``on_samples`` returns whether to go on. Returns the marks of all words and phonemes. A lone surrogate is
        left out and a NUL is a space: the C interface can carry neither.
        """
        encoded = text.replace("\0", " ").encode(errors="ignore") + b"\0"
        with self._turn:
            self._choose(voice, prosody)
            self._on_samples, self._marks = on_samples, []
            status = self._library.espeak_Synth(encoded, len(encoded), 0, 1, 0, _CHARACTERS_UTF8, None, None)
            if status != 0:
                raise EspeakUnavailable(f"espeak-ng could not speak (status {status})")
            return self._marks

    def phonemes(self, clause: str, voice: str) -> str:
        """How a clause is pronounced, in IPA with stress marks, its punctuation left out."""
        translate = self._library.espeak_TextToPhonemes
        translate.restype = ctypes.c_char_p
        rest = ctypes.c_char_p(clause.replace("\0", " ").encode(errors="ignore"))
        parts = []
        with self._turn:
            self._choose(voice, self._prosody or Prosody())
            while rest.value:  # the library moves the pointer on, clause by clause, and sets it to null at the end
                parts.append(translate(ctypes.byref(rest), _CHARACTERS_UTF8, _PHONEMES_AS_IPA).decode())
        return _LANGUAGE_SWITCH.sub("", " ".join(parts)).strip()

    def _choose(self, voice: str, prosody: Prosody) -> None:
        if voice != self._voice:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise EspeakUnavailable(f'espeak-ng knows no voice "{voice}": choose ko or a variant, as in ko+f2')
            self._voice, self._prosody = voice, None  # choosing a voice resets its prosody
        if prosody != self._prosody:
            for name, parameter in _PARAMETERS.items():
                self._library.espeak_SetParameter(parameter, getattr(prosody, name), 0)
            self._prosody = prosody

    def _receive(
        self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]"
    ) -> int:
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_PHONEME:
                self._marks.append(Mark(event.audio_position, event.id.decode(), event.text_position, event.length))
            elif event.type == _EVENT_WORD:
                self._marks.append(Mark(event.audio_position, "", event.text_position, event.length))
            index += 1
        if not samples or count <= 0:
            return 0
        block = np.ctypeslib.as_array(samples, (count,)).copy()  # espeak reuses its buffer
        return 0 if self._on_samples(block) else 1
