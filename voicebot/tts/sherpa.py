"""Voices that sherpa-onnx runs: VITS, Matcha, Kokoro and Supertonic folders as its releases pack them.

Supertonic reads Korean by itself. A model with a lexicon reads the words it lists. Models made from piper's, Coqui's
or Mimic 3's voices read IPA, which sherpa-onnx no longer makes since 2.0: espeak-ng makes it for them here.
"""

import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from voicebot.audio import FULL_SCALE, Samples, to_int16
from voicebot.tts.clauses import clauses, sayable, sentences, syllables
from voicebot.tts.espeak import shared_thread
from voicebot.tts.synthesizer import SynthesizerUnavailable

_SUPERTONIC = ("duration_predictor", "text_encoder", "vector_estimator", "vocoder")
_VOCODERS = ("vocos*.onnx", "hifigan*.onnx", "*vocoder*.onnx")
_PROBE = "import sys; from voicebot.tts.sherpa import probe; probe(*sys.argv[1:])"
_PROBE_TIMEOUT_S = 120


class SherpaSynthesizer:
    """A sherpa-onnx voice from its folder. A clause is one block. Raises :class:`SynthesizerUnavailable`.

    ``speaker`` chooses among a model's voices, from 0; ``threads`` is what one clause may use. sherpa-onnx ends the
    process where a model lacks something, so a voice is first tried in a process that may die.
    """

    def __init__(self, name: str, folder: Path, speaker: int = 0, threads: int = 1) -> None:
        self.name = f"sherpa:{name}#{speaker}" if speaker else f"sherpa:{name}"
        config = _config(name, folder, threads)
        _survives(name, folder)
        self._voice = _Voice(config, folder, speaker)
        self.rate_hz = self._voice.rate_hz
        self._speaking = threading.Lock()  # one clause at a time: two at once would both be late

    def speak(self, spoken: str) -> Iterator[Samples]:
        """See ``Synthesizer.speak``."""
        text = sayable(spoken)
        for sentence in sentences(text):
            words = text[sentence.start : sentence.end]
            for clause in clauses(words):
                said = words[clause.start : clause.end].strip()
                if syllables(said):
                    with self._speaking:
                        block = self._voice.generate(said)
                    yield block


def probe(name: str, folder: str) -> None:
    """Loads the voice and has it say a word; prints "spoken" where both succeed."""
    _Voice(_config(name, Path(folder), threads=1), Path(folder), speaker=0).generate("네.")
    print("spoken")


class _Voice:
    """A loaded model and what it wants to be given: text, or phonemes."""

    def __init__(self, config: Any, folder: Path, speaker: int) -> None:
        import sherpa_onnx

        self._voice = sherpa_onnx.OfflineTts(config)
        self.rate_hz = int(self._voice.sample_rate)
        self._speaker = speaker
        self._reads_ipa = _reads_ipa(folder)

    def generate(self, said: str) -> Samples:
        import sherpa_onnx

        settings = sherpa_onnx.GenerationConfig()
        settings.sid = self._speaker
        settings.extra = {"lang": "ko"}  # Supertonic's; set whole, for the binding hands out copies
        if self._reads_ipa:
            mark = said[-1] if said[-1] in ".,?!;:" else ""
            phonemes = unicodedata.normalize("NFD", shared_thread().phonemes(said, "ko") + mark)
            settings.phoneme_codepoints = [[ord(phoneme) for phoneme in phonemes]]
        sound = np.asarray(self._voice.generate(said, settings).samples, np.float32)
        return to_int16(sound * FULL_SCALE)


def _survives(name: str, folder: Path) -> None:
    command = [sys.executable, "-c", _PROBE, name, str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry or "." for entry in sys.path)}
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_PROBE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise SynthesizerUnavailable(
            f'voice "{name}" from {folder}/ did not say a word in {_PROBE_TIMEOUT_S} s: choose a smaller one'
        ) from None
    if ended.returncode or "spoken" not in ended.stdout:
        complaints = [line.strip() for line in ended.stderr.splitlines() if line.strip()]
        raise SynthesizerUnavailable(
            f'cannot load voice "{name}" from {folder}/ ({complaints[-1] if complaints else "it died in silence"}): '
            f'run "aicc models pull {name}" again'
        )


def _reads_ipa(folder: Path) -> bool:
    """Whether a model is given phonemes: the schwa is among its tokens, and no lexicon leads from words to them."""
    tokens = folder / "tokens.txt"
    if not tokens.exists() or any(folder.glob("lexicon*.txt")):
        return False
    return any(line.startswith("ə ") for line in tokens.read_text(encoding="utf-8").splitlines())


def _config(name: str, folder: Path, threads: int) -> Any:
    try:
        import sherpa_onnx
    except ImportError as error:
        raise SynthesizerUnavailable(f'no sherpa-onnx for voice "{name}": run "pip install sherpa-onnx"') from error
    model = _model(sherpa_onnx, name, folder)
    model.num_threads = threads
    rules = ",".join(str(rule) for rule in sorted(folder.glob("*.fst")))
    config = sherpa_onnx.OfflineTtsConfig(model=model, rule_fsts=rules, max_num_sentences=1)
    if not config.validate():
        raise SynthesizerUnavailable(f'voice "{name}" in {folder}/ is incomplete: run "aicc models pull {name}" again')
    return config


def _model(sherpa_onnx: Any, name: str, folder: Path) -> Any:
    """What kind of model a folder holds shows in its files."""

    def file(*patterns: str) -> str:
        for pattern in patterns:
            for found in sorted(folder.glob(pattern)):
                return str(found)
        raise SynthesizerUnavailable(f'{folder}/ has no {patterns[0]}: run "aicc models pull {name}" again')

    if any(folder.glob("duration_predictor*.onnx")):
        supertonic = sherpa_onnx.OfflineTtsSupertonicModelConfig(
            **{network: file(f"{network}*.onnx") for network in _SUPERTONIC},
            tts_json=file("tts.json"),
            unicode_indexer=file("unicode_indexer.*"),
            voice_style=file("voice*.bin"),
        )
        return sherpa_onnx.OfflineTtsModelConfig(supertonic=supertonic)
    words = {"tokens": file("tokens.txt"), "lexicon": ",".join(map(str, sorted(folder.glob("lexicon*.txt"))))}
    if (folder / "voices.bin").exists():
        kokoro = sherpa_onnx.OfflineTtsKokoroModelConfig(
            model=file("model*.onnx", "*.onnx"), voices=file("voices.bin"), **words
        )
        return sherpa_onnx.OfflineTtsModelConfig(kokoro=kokoro)
    if any(folder.glob("model-steps-*.onnx")):
        matcha = sherpa_onnx.OfflineTtsMatchaModelConfig(
            acoustic_model=file("model-steps-*.onnx"), vocoder=file(*_VOCODERS), **words
        )
        return sherpa_onnx.OfflineTtsModelConfig(matcha=matcha)
    vits = sherpa_onnx.OfflineTtsVitsModelConfig(model=file("*.onnx"), **words)
    return sherpa_onnx.OfflineTtsModelConfig(vits=vits)
