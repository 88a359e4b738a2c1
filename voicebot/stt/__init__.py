"""Speech to text: recognizers behind one protocol. ``open_recognizer`` opens the one that the configuration names.

Nothing heavy is imported before it is chosen, so that a broken library breaks its own engine alone.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from voicebot.stt.recognizer import Final, Partial, Recognizer, RecognizerUnavailable, Stream, Word

if TYPE_CHECKING:
    from gpu.device import Device

__all__ = ["Final", "Partial", "Recognizer", "RecognizerUnavailable", "Stream", "Word", "open_recognizer"]


def open_recognizer(choice: str, models: Path, device: str = "auto") -> Recognizer:
    """The recognizer of ``choice``: ``bundled``, ``sherpa:NAME``, ``whisper:NAME`` or ``vosk:NAME``.

    ``NAME`` is a folder of ``models``. ``device`` (``auto``, ``cuda`` or ``cpu``) says where Whisper computes; the
    others stream on the CPU. Raises :class:`RecognizerUnavailable`.
    """
    engine, _, model = choice.partition(":")
    if engine == "bundled":
        from voicebot.stt.bundled import BundledRecognizer

        return BundledRecognizer()
    if engine == "sherpa":
        from voicebot.stt.sherpa import SherpaRecognizer

        return SherpaRecognizer(_folder(engine, model, models))
    if engine == "whisper":
        from voicebot.stt.whisper import WhisperRecognizer

        return WhisperRecognizer(_folder(engine, model, models), _device(device))
    if engine == "vosk":
        from voicebot.stt.vosk import VoskRecognizer

        return VoskRecognizer(_folder(engine, model, models))
    raise RecognizerUnavailable(
        f'no recognizer "{engine}": choose bundled, sherpa:NAME, whisper:NAME or vosk:NAME with a folder of {models}/'
    )


def _device(wanted: str) -> "Device":
    from gpu.device import choose

    try:
        return choose(cast(Literal["auto", "cuda", "cpu"], wanted))
    except RuntimeError as error:
        raise RecognizerUnavailable(str(error)) from error


def _folder(engine: str, model: str, models: Path) -> Path:
    if not model or model != Path(model).name or model == "..":
        raise RecognizerUnavailable(f'"{engine}:{model}" names no model: write {engine}:NAME, a folder of {models}/')
    return models / model
