"""The mouth of the house: voices behind one protocol, and :class:`~voicebot.tts.mouth.Mouth`, which speaks with one."""

from pathlib import Path

from voicebot.tts.synthesizer import Synthesizer, SynthesizerUnavailable

DEFAULT_VOICE = "espeak:ko+f2"

__all__ = ["DEFAULT_VOICE", "Synthesizer", "SynthesizerUnavailable", "open_synthesizer"]


def open_synthesizer(choice: str, models: Path) -> Synthesizer:
    """The voice that ``aicc.yaml`` names: ``espeak:ko+f2``, ``piper:NAME`` or ``sherpa:NAME``.

    NAME is a folder of ``models``. Engines are imported only when chosen. Raises :class:`SynthesizerUnavailable`,
    whose message says what is missing and how to get it.
    """
    engine, _, voice = (choice or DEFAULT_VOICE).partition(":")
    if engine == "espeak":
        from voicebot.tts.espeak import EspeakSynthesizer

        return EspeakSynthesizer(voice or DEFAULT_VOICE.partition(":")[2])
    if engine == "piper":
        from voicebot.tts.piper import PiperSynthesizer

        return PiperSynthesizer(voice, _folder(voice, models))
    if engine == "sherpa":
        from voicebot.tts.sherpa import SherpaSynthesizer

        return SherpaSynthesizer(voice, _folder(voice, models))
    raise SynthesizerUnavailable(f'no synthesizer "{engine}": choose espeak:VOICE, piper:NAME or sherpa:NAME')


def _folder(voice: str, models: Path) -> Path:
    if not voice or voice != Path(voice).name:
        raise SynthesizerUnavailable(f'"{voice}" names no voice: write a folder of {models}/, as in piper:ko-kss')
    folder = models / voice
    if not folder.is_dir():
        raise SynthesizerUnavailable(f'no voice "{voice}" in {models}/: run "aicc models pull {voice}"')
    return folder
