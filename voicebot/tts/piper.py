"""Voices in piper's format: an ONNX model and its JSON beside it.

piper-tts is GPL-3. It is imported here and nowhere else, at run time, when a site chooses such a voice; without this
file, or with another synthesizer in its place, the product is whole.
"""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import onnxruntime

from voicebot.audio import FULL_SCALE, Samples, to_int16
from voicebot.tts.clauses import sayable, syllables
from voicebot.tts.synthesizer import SynthesizerUnavailable

if TYPE_CHECKING:
    from piper import PiperVoice

_OFFLINE_PHONEMES = ("espeak", "text")  # piper's others fetch a dictionary from the network at the first sentence


class PiperSynthesizer:
    """``folder`` holds one ``*.onnx`` and its ``*.onnx.json``. A sentence is one block. Raises SynthesizerUnavailable.

    ``threads`` is what one sentence may use; a machine that serves calls has better use for its other cores.
    """

    def __init__(self, name: str, folder: Path, threads: int = 1) -> None:
        self.name = f"piper:{name}"
        self._voice = _load(name, folder, threads)
        self.rate_hz = int(self._voice.config.sample_rate)
        self._speaking = threading.Lock()  # one sentence at a time: two at once would both be late

    def speak(self, spoken: str) -> Iterator[Samples]:
        """See ``Synthesizer.speak``."""
        from piper import SynthesisConfig

        said = sayable(spoken)
        if not syllables(said):
            return
        # Not to full scale: the mouth gives every clause the same gain, or short ones would shout.
        sentences = iter(self._voice.synthesize(said, SynthesisConfig(normalize_audio=False)))
        while True:
            with self._speaking:
                chunk = next(sentences, None)
            if chunk is None:
                return
            yield to_int16(chunk.audio_float_array * FULL_SCALE)


def _load(name: str, folder: Path, threads: int) -> "PiperVoice":
    try:
        from piper import PiperConfig, PiperVoice
    except ImportError as error:
        raise SynthesizerUnavailable(f'no piper for voice "{name}" ({error}): run "pip install piper-tts"') from error
    again = f'run "aicc models pull {name}" again'
    models = sorted(folder.glob("*.onnx"))
    if len(models) != 1:
        raise SynthesizerUnavailable(f"{folder}/ holds {len(models)} .onnx files where a piper voice has one: {again}")
    settings = models[0].with_name(models[0].name + ".json")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        config = PiperConfig.from_dict(json.loads(settings.read_text(encoding="utf-8")))
        session = onnxruntime.InferenceSession(str(models[0]), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # a missing file, broken JSON, a field less, or any of onnxruntime's own types
        raise SynthesizerUnavailable(f'cannot load piper voice "{name}" from {folder}/ ({error}): {again}') from error
    if config.phoneme_type.value not in _OFFLINE_PHONEMES:
        raise SynthesizerUnavailable(
            f'piper voice "{name}" needs a {config.phoneme_type.value} dictionary from the network: choose another'
        )
    return PiperVoice(session=session, config=config)
