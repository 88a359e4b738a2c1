"""What keeps a recognizer from loading, in one sentence: the library or the file, and how to go on."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicebot.stt.recognizer import RecognizerUnavailable


def library(module: str, package: str) -> Any:
    """The module, imported now; a library that is missing or broken is a :class:`RecognizerUnavailable`."""
    try:
        return importlib.import_module(module)
    except Exception as error:  # a broken library raises what it likes
        way_out = f'run "pip install --force-reinstall {package}", or choose another recognizer'
        raise RecognizerUnavailable(f"{package} does not load ({one_line(error)}): {way_out}") from error


def one_line(error: BaseException) -> str:
    """The first line of an error of another library, short enough to stand in a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0] if len(lines[0]) <= 160 else lines[0][:157] + "..."


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model as it lies on disk; raises :class:`RecognizerUnavailable` where there is no such folder."""

    path: Path

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise RecognizerUnavailable(
                f'no model "{self.name}" in {self.path.parent}/: '
                f'run "aicc models pull {self.name}", or copy the model\'s folder there'
            )

    @property
    def name(self) -> str:
        return self.path.name

    def file(self, *names: str) -> Path:
        """The first of these names that is there and not empty."""
        for name in names:
            path = self.path / name
            if path.is_file() and path.stat().st_size:
                return path
        if any((self.path / name).is_file() for name in names):
            raise self.unusable(f"{names[0]} in {self.path}/ is empty")
        raise self.unusable(f"no {' or '.join(names)} in {self.path}/")

    def unusable(self, fact: str) -> RecognizerUnavailable:
        """The error that states ``fact``, which names the file, and says how to go on."""
        return RecognizerUnavailable(f'{fact}: run "aicc models pull {self.name}" again, or copy the folder anew')
