"""Questions that are put in a process of their own, so that a library that crashes or hangs takes only that down.

The child (``python -m aicc.probe QUESTION ...``) answers with marked lines of JSON; whatever libraries print besides is
passed over.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

_MARK = "@aicc "
TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """What the child said before it ended; ``death`` is how it ended, if not well."""

    said: tuple[dict[str, Any], ...]
    death: str | None


def ask(question: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> Reply:
    """Puts a question to a child of this python. Never raises for anything the child does."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)}
    command = [sys.executable, "-m", "aicc.probe", question, *arguments]
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, timeout=timeout_s)
    except subprocess.TimeoutExpired as late:
        return Reply(_said(late.stdout or b""), f"no answer within {timeout_s:g} s")
    death = None
    if ended.returncode:
        complaints = [line for line in ended.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        death = _cause(ended.returncode, complaints[-1].strip() if complaints else "")
    return Reply(_said(ended.stdout), death)


def _cause(returncode: int, last_words: str) -> str:
    if returncode < 0:
        return f"the process died of {signal.Signals(-returncode).name}"
    return last_words or f"the process ended with {returncode}"


def _said(output: bytes) -> tuple[dict[str, Any], ...]:
    lines = output.decode("utf-8", "replace").splitlines()
    # a library may have written part of a line before our mark
    return tuple(json.loads(line.partition(_MARK)[2]) for line in lines if _MARK in line and line.endswith("}"))


# What follows runs in the child.


def _libraries(*modules: str) -> Iterator[dict[str, Any]]:
    import importlib

    for module in modules:
        try:
            importlib.import_module(module)
            yield {"module": module, "error": None}
        except BaseException as error:  # a broken library may even call exit()
            yield {"module": module, "error": f"{type(error).__name__}: {' '.join(str(error).split())}"}


def _device(wanted: str) -> Iterator[dict[str, Any]]:
    from gpu.device import choose

    device = choose(cast(Literal["auto", "cuda", "cpu"], wanted))
    yield {"kind": device.kind, "name": device.name, "cores": device.cores}


def _recognizer(choice: str, models: str, device: str) -> Iterator[dict[str, Any]]:
    """Loads it and lets it hear a second of nothing, which must come out as some text or none."""
    import numpy as np

    from voicebot.stt import open_recognizer

    recognizer = open_recognizer(choice, Path(models), device)
    stream = recognizer.stream()
    stream.accept(np.zeros(recognizer.rate_hz, np.int16))
    stream.finish()
    recognizer.decode([stream])
    yield {"name": recognizer.name, "rate_hz": recognizer.rate_hz, "heard": stream.final is not None}


def _voice(choice: str, models: str) -> Iterator[dict[str, Any]]:
    """Loads it and lets it say hello."""
    from voicebot.tts import open_synthesizer

    voice = open_synthesizer(choice, Path(models))
    samples = sum(len(block) for block in voice.speak("안녕하세요"))
    yield {"name": voice.name, "rate_hz": voice.rate_hz, "spoken_ms": samples * 1000 // voice.rate_hz}


_QUESTIONS: dict[str, Callable[..., Iterator[dict[str, Any]]]] = {
    "libraries": _libraries,
    "device": _device,
    "recognizer": _recognizer,
    "voice": _voice,
}


def _answer(question: str, *arguments: str) -> None:
    from aicc.errors import sentence

    try:
        for said in _QUESTIONS[question](*arguments):
            sys.stdout.write(f"\n{_MARK}{json.dumps(said)}\n")
            sys.stdout.flush()
    except Exception as error:
        sys.exit(sentence(error) or f"{type(error).__name__}: {' '.join(str(error).split())}")


if __name__ == "__main__":
    _answer(*sys.argv[1:])
