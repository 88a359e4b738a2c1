"""Figures of the ear and the mouth."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aicc.figure import Figure
from aicc.settings import Settings

if TYPE_CHECKING:
    from voicebot.stt.recognizer import Recognizer

log = logging.getLogger(__name__)

IMPORTS = 5


def speech_figures(settings: Settings, folder: Path, streams: int) -> Iterator[Figure]:
    """The ear and the mouth; ``folder`` is what ``python -m audio_fixtures.evaluation`` made."""
    import os

    from aicc.errors import AiccError
    from audio_fixtures import recorded_calls
    from voicebot.sound_file import SoundFile
    from voicebot.stt import open_recognizer
    from voicebot.stt.load import load
    from voicebot.text.evaluation import evaluate as evaluate_text
    from voicebot.text.evaluation import read_cases
    from voicebot.tts import open_synthesizer
    from voicebot.tts.measure import measure
    from voicebot.tts.mouth import Mouth

    if not (folder / "contact_centre.tsv").is_file():
        raise AiccError(f'no evaluation set in {folder}: run "python -m audio_fixtures.evaluation {folder}"')
    numbers = Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")) / "numbers"
    if not numbers.is_dir():
        raise AiccError(f"no number cases in {numbers}: set AICC_TRAINING_DATA to the folder of the training data")
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    yield from _recognition(recognizer, folder)
    recordings = [SoundFile(case.path, recognizer.rate_hz).read() for case in recorded_calls()]
    carried = load(recognizer, recordings, streams)
    yield Figure("streams one core carries in real time", carried.streams_per_core, 200, "streams", at_least=True)

    for name, to_written in (("spoken_to_written", True), ("written_to_spoken", False)):
        result = evaluate_text(read_cases(numbers / f"{name}.tsv"), to_written=to_written)
        yield Figure(f"{name.replace('_', ' ')} cases right", 100 * result.accuracy, 95, "%", at_least=True)

    mouth = Mouth(open_synthesizer(settings.voice, settings.models), 8_000)
    mouth.prefill(["안녕하세요."])
    said = measure(mouth, [case.text for case in recorded_calls()])
    yield Figure("first sound of a new sentence, p95", said.new_first_sound_ms_p95, 20, "ms")
    yield Figure("first sound of a cached sentence, p95", said.cached_first_sound_ms_p95, 2, "ms")
    yield Figure("base install without torch", _base_install_gb(), 1.3, "GB")
    yield Figure("import of voicebot, median", _import_s(), 0.5, "s")


def _recognition(recognizer: "Recognizer", folder: Path) -> Iterator[Figure]:
    from voicebot.stt.evaluation import evaluate, read_manifest

    limits = {"contact_centre": 5, "contact_centre_poor_line": 10, "everyday": 8, "numbers": 2}
    for name, limit in limits.items():
        log.info("hearing %s", name)
        result = evaluate(recognizer, read_manifest(folder / f"{name}.tsv"))
        yield Figure(f"CER, {name.replace('_', ' ')} (n={result.n})", 100 * result.cer, limit, "%")
        if name == "contact_centre":
            yield Figure("real-time factor, one stream, one thread", result.rtf, 0.015, "")
            yield Figure("final transcript after the last sample, p95", result.final_ms_p95, 60, "ms")
            if result.partial_lag_ms_p50 is not None:
                yield Figure("partial lag, p50", result.partial_lag_ms_p50, 200, "ms")


def _base_install_gb() -> float:
    """Size of what ``pip install aicc`` brings: the installed files of this package's requirements, extras left out."""
    import re
    from importlib import metadata

    wanted, seen, total = ["aicc"], set[str](), 0
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        for requirement in distribution.requires or []:
            if "extra ==" not in requirement and (match := re.match(r"[A-Za-z0-9._-]+", requirement)):
                wanted.append(re.sub(r"[-_.]+", "-", match[0]).lower())
        for file in distribution.files or []:
            path = Path(str(file.locate()))
            total += path.stat().st_size if path.is_file() else 0
    return total / 1e9


def _import_s() -> float:
    import statistics
    import subprocess
    import sys
    import time

    def once() -> float:
        began_s = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", "import voicebot.stt, voicebot.tts, voicebot.text, voicebot.vad"], check=True
        )
        return time.perf_counter() - began_s

    return statistics.median(once() for _ in range(IMPORTS))
