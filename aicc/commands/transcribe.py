"""``aicc transcribe``: what is said in sound files."""

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from aicc.output import Answer, answers

log = logging.getLogger(__name__)


@answers
def transcribe(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="WAV, FLAC, OGG or MP3, of any length.")],
) -> Answer:
    """Write down what is said in sound files, utterance by utterance."""
    from aicc.errors import sentence
    from aicc.settings import settings_of
    from voicebot.sound_file import SoundFile
    from voicebot.stt import open_recognizer
    from voicebot.stt.recognizer import Final
    from voicebot.stt.transcription import transcribe as hear
    from voicebot.text import to_written
    from voicebot.vad import VoiceDetector

    settings = settings_of(context)
    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    detector = VoiceDetector()
    found: list[dict[str, Any]] = []
    lines: list[str] = []
    failures = []
    for path in files:
        entry: dict[str, Any] = {"path": str(path)}
        found.append(entry)
        lines += [str(path)] if len(files) > 1 else []
        try:
            sound = SoundFile(path, recognizer.rate_hz)
            utterances = entry["utterances"] = []
            for heard in hear(recognizer, detector, sound.blocks()):
                if not isinstance(heard.result, Final) or not heard.result.spoken:
                    continue
                written = to_written(heard.result.spoken).text
                utterances.append(_as_json(heard.start_ms, heard.end_ms, heard.result, written))
                lines.append(f"{_clock(heard.start_ms)}  {written}")
                log.info("%s %s", path.name, lines[-1])
            entry["notes"] = sound.notes
            lines += [] if utterances else ["(nobody speaks)"]
            lines += [f"({note})" for note in sound.notes]
        except Exception as error:
            explained = sentence(error)
            if explained is None:
                raise
            entry["error"] = explained
            failures.append(explained)
    return Answer({"engine": recognizer.name, "files": found}, "\n".join(lines), "; ".join(failures) or None)


def _as_json(start_ms: int, end_ms: int, final: Any, written: str) -> dict[str, Any]:
    words = [
        {
            "text": word.text,
            "start_ms": start_ms + word.start_ms,
            "end_ms": start_ms + word.end_ms,
            "confidence": word.confidence,
        }
        for word in final.words
    ]
    return {"start_ms": start_ms, "end_ms": end_ms, "spoken": final.spoken, "written": written, "words": words}


def _clock(at_ms: int) -> str:
    tenths = at_ms // 100
    hours, minutes = f"{tenths // 36_000}:" if tenths >= 36_000 else "", tenths // 600 % 60
    return f"{hours}{minutes:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"
