"""The bot's own sentences, in the company's words where it has any; variants take turns."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from ruamel.yaml import YAML


@cache
def _sentences() -> dict[str, list[str]]:
    text = resources.files("voicebot.dialogue").joinpath("sentences.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = YAML(typ="safe", pure=True).load(text)
    return loaded


SENTENCES = _sentences()
"""By name; ``sentences.yaml`` says what each is for."""


class Turns:
    """Which of several wordings comes next, in one conversation: each in its turn."""

    def __init__(self) -> None:
        self._said: Counter[tuple[str, ...]] = Counter()

    def next(self, wordings: list[str]) -> str:
        key = tuple(wordings)
        self._said[key] += 1
        return wordings[(self._said[key] - 1) % len(wordings)]

    def peek(self, wordings: list[str]) -> str:
        """What :meth:`next` will give."""
        return wordings[self._said.get(tuple(wordings), 0) % len(wordings)]


def wordings(lines: Any, values: Mapping[str, Any]) -> list[str]:
    """Of what a designer wrote (``flow.Lines``), the wordings whose condition holds; perhaps none."""
    from voicebot.dialogue.template import holds

    if isinstance(lines, str):
        return [lines]
    return [
        line if isinstance(line, str) else line.text
        for line in lines
        if isinstance(line, str) or holds(line.when, values)
    ]
