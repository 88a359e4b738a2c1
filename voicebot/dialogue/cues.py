"""What a caller says to the conversation itself, told by its words: sure enough to act on without a model."""

import re
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from ruamel.yaml import YAML

from voicebot.text import abuse

Repair = Literal[
    "person",
    "repeat",
    "slower",
    "cancel",
    "skip",
    "restart",
    "goodbye",
    "thanks",
    "wait",
    "greeting",
    "who_are_you",
    "how_are_you",
    "are_you_there",
    "compliment",
    "abuse",
    "injection",
]
CHIT_CHAT: tuple[Repair, ...] = ("greeting", "who_are_you", "how_are_you", "are_you_there", "compliment")

LONGEST_ASIDE_CHARS = 22  # who says more is not talking to the conversation but of something
_OF_ANY_LENGTH: tuple[Repair, ...] = ("injection", "person", "cancel")
_AROUND = re.compile(r"[.,?!~…]+")


@cache
def _cues() -> tuple[tuple[Repair, re.Pattern[str]], ...]:
    """In the order in which they are tried."""
    loaded = _loaded("cues.yaml")
    words = {name: "|".join(forms) for name, forms in loaded["words"].items()}

    def compiled(patterns: list[str]) -> re.Pattern[str]:
        joined = "|".join(patterns)
        for name, forms in words.items():
            joined = joined.replace(name, forms)
        return re.compile(joined, re.IGNORECASE)

    assert set(loaded["cues"]) <= set(get_args(Repair))
    return tuple((repair, compiled(patterns)) for repair, patterns in loaded["cues"].items())


def cue(written: str) -> Repair | None:
    """The first that the words give away; abuse goes before everything, by the lexicon that masks it too."""
    if abuse.find(written):
        return "abuse"
    text = " ".join(_AROUND.sub(" ", written).split())
    is_aside = len(text) <= LONGEST_ASIDE_CHARS
    tried = ((repair, pattern) for repair, pattern in _cues() if is_aside or repair in _OF_ANY_LENGTH)
    return next((repair for repair, pattern in tried if pattern.search(text)), None)


@cache
def examples() -> dict[Repair, list[str]]:
    """Sentences of each repair that is told by likeness too."""
    loaded: dict[Repair, list[str]] = _loaded("repairs.yaml")
    assert set(loaded) <= set(get_args(Repair))
    return loaded


def is_question(written: str) -> bool:
    """Whether it sounds like a wish to know something, rather than to have it done."""
    return _question().search(written.strip()) is not None


@cache
def _question() -> re.Pattern[str]:
    return re.compile("|".join(_loaded("cues.yaml")["question"]))


def _loaded(name: str) -> Any:
    return YAML(typ="safe", pure=True).load(
        resources.files("voicebot.dialogue").joinpath(name).read_text(encoding="utf-8")
    )
