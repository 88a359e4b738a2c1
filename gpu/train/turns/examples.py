"""Utterances that are complete, and the same cut short where a speaker may pause.

``written.tsv`` was written for this: how callers and friends end a turn, and where they leave it open. The rest is
derived: whole sentences of the corpora are ends, their beginnings are open, numbers and addresses are cut anywhere.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gpu.train.embedding.noise import misheard
from gpu.train.recognizer.sentences import contact_centre_lines, everyday_sentences, plain
from gpu.train.recognizer.slots import Random, Slots
from gpu.train.turns.example import Example
from gpu.train.turns.requests import curt, requests
from gpu.train.turns.told import numbers
from kb.korean import morphemes
from voicebot.turns.evaluation import read_turns

FOLDER = Path(__file__).parent
WRITTEN, HELD_OUT = FOLDER / "written.tsv", FOLDER / "held_out.tsv"

_FINAL_SOUNDS = ("요", "죠", "니다", "습니까", "십시오", "구나")
_OPEN_YO = ("저는요", "제가요", "그게요", "근데요", "그래서요", "그리고요", "그런데요", "어제요", "있잖아요", "저기요")
_ANSWERS = ("네", "예", "응", "넵", "아니", "아냐", "그래", "아", "오")
_BARE, _COUNTED = ("NNG", "NNP", "NP", "MM"), ("NNB", "NR", "SN")
_MISHEARD_SHARE, _MISHEARD_RATE = 0.15, 0.12


def written(weight: float = 12.0) -> list[Example]:
    return [Example(text, is_end, weight) for text, is_end in read_turns(WRITTEN)]


def lines(data: Path, random: Random) -> tuple[list[str], list[str], list[str]]:
    """What is said on the telephone, in small talk, and in other sentences; ``data`` is the training data's folder."""
    slots = Slots(data)
    called = [slots.fill(line, random) for line in contact_centre_lines() for _ in range(2)]
    talk = _small_talk(data)
    others = sorted(set(everyday_sentences(data)) - set(talk))
    return called, talk, [others[int(at)] for at in random.permutation(len(others))[:15_000]]


def derived(data: Path, random: Random) -> list[Example]:
    """From the corpora and from number generators."""
    called, talk, others = lines(data, random)
    found: list[Example] = []
    for spoken, weight in ((called, 1.0), (talk, 1.0), (others, 0.25)):
        found += _whole_and_cut(spoken, weight, random)
    found += numbers(Slots(data), random)
    found += [Example(request, True, 0.6) for request in requests([*called[::2], *talk])]
    found += curt()
    noisy = [
        Example(misheard(example.text, random, _MISHEARD_RATE, 0.1), example.is_end, example.weight * 0.5)
        for example in found
        if random.random() < _MISHEARD_SHARE
    ]
    return [example for example in (*found, *noisy) if example.weight and example.text.strip()]


def _small_talk(data: Path) -> list[str]:
    """What people type to a chat robot, and its answers: short, everyday, mostly without honorifics."""
    with (data / "text/chatbot_qa.csv").open(encoding="utf-8") as file:
        said = {plain(cell) for row in csv.reader(file) for cell in row[:2]}
    return sorted(sentence for sentence in said if sentence)


def _whole_and_cut(lines: list[str], weight: float, random: Random) -> Iterator[Example]:
    for line in lines:
        words = plain(line).split()
        if not words:
            continue
        yield Example(" ".join(words), True, weight)
        cuts = [at for at in range(1, len(words)) if not _may_end(words[:at], words[at])]
        for at in random.permutation(cuts)[:3] if cuts else ():
            begun = words[: int(at)]
            yield Example(" ".join(begun), False, weight * _cut_weight(begun, words[int(at)]))
        if len(words) > 2 and random.random() < 0.15 and (cut := _cut_word(words, random)):
            yield Example(cut, False, weight * 0.7)


def _cut_weight(begun: list[str], after: str) -> float:
    """Callers pause behind particles and connectives, hardly between a verb and its auxiliary (알려 주세요).

    A bare noun at a pause is rather a curt answer (오늘, 환불).
    """
    tag = morphemes(" ".join(begun[-6:]))[-1].tag
    if tag in _COUNTED:
        return 0.04
    if tag in ("EC", "EF") and _goes_on(begun, after):
        return 0.0 if tag == "EF" else 0.1
    return 0.6 if tag not in _BARE else (0.1, 0.2, 0.3)[min(len(begun), 3) - 1]


def _goes_on(words: list[str], after: str) -> bool:
    """Whether an auxiliary follows: 알려 alone is no end, before 주세요."""
    return any(tag == "VX" for _, tag in morphemes(" ".join([*words[-5:], after]))[-4:])


def _may_end(words: list[str], after: str) -> bool:
    """Whether the beginning could be a sentence of its own, so that it is no example of an open one."""
    last = words[-1]
    if last in _OPEN_YO:
        return False
    if last.endswith(_FINAL_SOUNDS) or last in _ANSWERS:
        return True
    return morphemes(" ".join(words[-5:]))[-1].tag == "EF" and not _goes_on(words, after)


def _cut_word(words: list[str], random: Random) -> str:
    """Broken off within a word of three syllables or more."""
    long = [at for at in range(1, len(words)) if len(words[at]) >= 3]
    if not long:
        return ""
    at = long[int(random.integers(len(long)))]
    word = words[at]
    kept = int(random.integers(1, len(word) - 1))
    return " ".join([*words[:at], word[:kept]])


def balanced(found: list[Example], open_share: float = 0.55) -> list[Example]:
    """Ends weighed so that the open ones have ``open_share`` of the weight: cutting in is the worse mistake."""
    ends = sum(example.weight for example in found if example.is_end)
    opens = sum(example.weight for example in found if not example.is_end)
    factor = opens / ends * (1 - open_share) / open_share
    return [example._replace(weight=example.weight * factor) if example.is_end else example for example in found]


def examples(data: Path, seed: int = 0) -> list[Example]:
    return [*balanced(derived(data, np.random.default_rng(seed))), *balanced(written())]
