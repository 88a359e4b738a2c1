"""Private numbers of a whole talk: begun in one turn and finished in another, asked for, or said again."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from voicebot.text.dictation import FILLER
from voicebot.text.endings import says_no_more
from voicebot.text.private_numbers import (
    CARD_DIGITS,
    LEAD,
    NAME,
    SECRETS,
    Chain,
    Group,
    Read,
    chains,
    whole_numbers,
)

MOST_KNOWN = 8  # private numbers that are known again; the oldest is forgotten first
_LEAST_KNOWN = 4  # digits: fewer may be anything
_ANY = 1_000  # digits that something else may have
_PATIENCE = 3  # turns without digits between a question and its answer
_ASKS = re.compile(
    r"주시|주세|주실|말씀|불러|알려|입력|눌러|어떻게 ?되|부탁|여쭤|읽어|찍어|대 ?주|\?|\A[은는이가]?요?[ .]*\Z"
)
_ASKS_NOT = re.compile(r"않|안 |마시|마세|말고|필요 ?없|필요하지|못 ")
_SENTENCE_ENDS = re.compile(r"(?<=[다요죠까])[.?!]* |[.?!] ")
_GOES_ON = re.compile(rf"\s*{LEAD}\Z")
_BACKCHANNEL = re.compile(rf"\s*(?:(?:{FILLER}|맞아요|맞습니다|여보세요)(?:[\s.,?!…]+|\Z))*")

Private = list[tuple[Chain, tuple[Group, ...]]]
"""What of a turn is private: chains, with those of their groups that are."""


@dataclass(slots=True)
class _Side:
    """What one side is in the middle of saying: digits ``before``, and what is awaited: a secret, or "other"."""

    before: tuple[Group, ...] = ()
    awaited: str = ""
    missing: int = 0  # digits of it
    turns: int = 0  # without any since


@dataclass(slots=True)
class PrivateTurns:
    """Hears the turns of one talk in order. What is kept does not grow with it."""

    _sides: dict[str, _Side] = field(default_factory=dict)
    _known: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KNOWN))

    def masked(self, side: str, text: str) -> str:
        """What ``side`` says now, or is about to, with private digits as stars; it keeps its length."""
        read = Read.of(text)
        return read.starred(_groups(self._private_of(side, read.written, chains(read.written))))

    def heard(self, side: str, text: str) -> str:
        """As :meth:`masked`, and the talk goes on from there."""
        read = Read.of(text)
        written, found = read.written, chains(read.written)
        private = self._private_of(side, written, found)
        said = self._sides.setdefault(side, _Side())
        begun = said.before
        if found or not _BACKCHANNEL.fullmatch(written):
            self._go_on(said, written, found, private)
        self._keep(begun, said.before, private)
        if side != "caller":
            self._asks(written)
        return read.starred(_groups(private))

    def known(self, text: str) -> str:
        """``text`` of whenever, without numbers that have turned out to be private."""
        read = Read.of(text)
        found = (chain for chain in chains(read.written) if self._is_known(chain))
        return read.starred(group for chain in found for group in chain.groups)

    def _private_of(self, side: str, written: str, found: list[Chain]) -> Private:
        said = self._sides.get(side, _Side())
        return [(chain, groups) for chain in found if (groups := self._private(said, written, found, chain))]

    def _private(self, said: _Side, written: str, found: list[Chain], chain: Chain) -> tuple[Group, ...]:
        is_first = chain is found[0]
        name = chain.name or (said.awaited if is_first or not any(one.name for one in found) else "")
        if chain.is_secret(name) or self._is_known(chain):
            return chain.groups
        goes_on = is_first and _GOES_ON.fullmatch(written, 0, chain.start)
        return whole_numbers(chain, said.before if goes_on else (), name)

    def _is_known(self, chain: Chain) -> bool:
        digits = chain.digits
        if chain.is_counted or chain.name == "other" or len(digits) < _LEAST_KNOWN:
            return False
        return any(digits in number for number in self._known)

    def _go_on(self, said: _Side, written: str, found: list[Chain], private: Private) -> None:
        """What of the number is still to come."""
        is_one = len(found) == 1 and _GOES_ON.fullmatch(written, 0, found[0].start)
        last = found[-1] if found else None
        if last is None or last.name == "other" or last.is_counted or not says_no_more(written, last.end):
            said.before = ()
        else:
            said.before = _newest((*(said.before if is_one else ()), *last.groups))
        names = [match.lastgroup or "" for match in NAME.finditer(written)]
        if names and names[-1] != said.awaited:
            is_told = names[-1] == "other" and last is not None and last.name == "other"
            self._await(said, "" if is_told or not _may_follow(written) else names[-1])
        if private:
            told = sum(len(group.digits) for _, groups in private for group in groups)
            said.missing, said.turns = said.missing - told, 0
        else:
            said.turns += 1
        if said.missing <= 0 or said.turns > _PATIENCE:
            said.awaited = ""

    def _keep(self, begun: tuple[Group, ...], before: tuple[Group, ...], private: Private) -> None:
        """So that a part of it is known again, whoever says it: of what was ``begun`` in the turns before, too."""
        for chain, groups in private:
            is_end = whole_numbers(chain, begun) and not whole_numbers(chain)
            self._known.append(_digits(begun + groups if is_end else groups))
        if private and before:
            self._known.append(_digits(before))

    def _asks(self, written: str) -> None:
        """One of ours has said this to the caller."""
        for sentence in _sentences(written):
            names = list(NAME.finditer(sentence))
            if not names:
                continue
            name, behind = names[-1].lastgroup or "", sentence[names[-1].end() :]
            caller = self._sides.setdefault("caller", _Side())
            if _ASKS.search(behind) and not _ASKS_NOT.search(behind):
                self._await(caller, name)
            elif name == "other" or _ASKS_NOT.search(behind):
                caller.awaited = ""
            if name == "other":
                caller.before = ()

    def _await(self, said: _Side, name: str) -> None:
        said.awaited, said.turns, said.missing = name, 0, SECRETS.get(name, _ANY)


def masked_talk(turns: Iterable[tuple[str, str]]) -> list[str]:
    """What was said by each side, in order, without private numbers, those that only a later turn tells among them."""
    talk = PrivateTurns()
    shown = [talk.heard(side, text) for side, text in turns]
    return [talk.known(text) for text in shown]


def _groups(private: Private) -> Iterator[Group]:
    for _, groups in private:
        yield from groups


def _digits(groups: Iterable[Group]) -> str:
    return "".join(group.digits for group in groups)


def _newest(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """As many of the last as may begin a number."""
    while sum(len(group.digits) for group in groups) > CARD_DIGITS:
        groups = groups[1:]
    return groups


def _may_follow(written: str) -> bool:
    """Whether the secret that is named last is told, or about to be: 카드번호는요, 카드번호가 4518이고요."""
    last = list(NAME.finditer(written))[-1]
    return not _ASKS_NOT.search(written, last.end())


def _sentences(written: str) -> Iterator[str]:
    yield from filter(None, (part.strip() for part in _SENTENCE_ENDS.split(written)))
