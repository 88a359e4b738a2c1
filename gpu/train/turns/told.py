"""Answers of a few words, whole and half told: numbers, addresses, dates, names, goods."""

from __future__ import annotations

from collections.abc import Iterator

from gpu.train.recognizer.slots import Random, Slots
from gpu.train.turns.example import Example

_BEHIND = (
    "{x}|{x}|{x}(이요/요)|{x}입니다|{x}(이에요/예요)|네 {x}(이요/요)|어 {x}(이요/요)|{x}(으로/로) 해 주세요"
    "|{x}(이고요/고요)"
).split("|")
_BEFORE = ("", "", "", "네 ", "어 ", "음 ", "번호는 ", "제 번호는 ")
_TOLD = 3.0
_COUNTS = {"phone": 900, "address": 700, "amount": 500, "date": 500, "time": 400, "weekday": 60, "card": 60}


def numbers(slots: Slots, random: Random) -> list[Example]:
    """Each kind of answer some hundred times."""
    found: list[Example] = []
    for kind, count in _COUNTS.items():
        for _ in range(count):
            said = slots.one(kind, random).strip()
            behind = _BEHIND[int(random.integers(len(_BEHIND)))]
            found.append(Example(slots.fill(behind.replace("{x}", said), random), True, _TOLD))
            begun = _begun(said, kind, random)
            if begun and begun != "네":  # of 네 시
                before = _BEFORE[int(random.integers(len(_BEFORE)))] if kind in ("phone", "card") else ""
                found.append(Example(before + begun, False, _TOLD))
    found += _digits(random)
    for _ in range(250):
        name, times = slots.one("name", random), slots.one("count", random)
        found.append(Example(slots.fill(f"{name}(이요/요)", random), True, 1.0))
        found.append(Example(name, True, 0.5))
        found.append(Example(slots.fill(f"{times}(이요/요)", random), True, 0.7))
        found.append(Example(times, True, 0.7))
        found.append(Example(slots.fill("{product}(이요/요)", random), True, 0.7))
        found.append(Example(slots.one("product", random), True, 0.4))
    return found


def _digits(random: Random) -> Iterator[Example]:
    """Numbers of the usual lengths; cut to another usual length they would be no example of anything."""
    for length in (12, 8, 6, 4):
        for _ in range(200):
            digits = "".join("공일이삼사오육칠팔구"[int(digit)] for digit in random.integers(0, 10, length))
            said = " ".join(digits[at : at + 4] for at in range(0, length, 4))
            yield Example(said + ("", "", "이요", "입니다")[int(random.integers(4))], True, 1.0)
            begun = said[: int(random.integers(3, len(said)))].strip()
            if len(begun.replace(" ", "")) not in (4, 6, 8):
                yield Example(begun, False, 1.0)


def _begun(said: str, kind: str, random: Random) -> str:
    """The beginning of a number, an address, an amount, a date; empty where it could be all."""
    words = said.split()
    if kind in ("phone", "card"):
        syllables = said.replace(" ", "")
        if len(syllables) < 6:
            return ""
        cut = int(random.integers(2, len(said) - 1))
        return said[:cut].strip()
    if kind == "time":
        return " ".join(words[:1]) if len(words) > 2 else ""
    if len(words) < 2:
        return ""
    return " ".join(words[: int(random.integers(1, len(words)))])
