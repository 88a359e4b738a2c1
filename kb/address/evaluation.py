"""How often an address book finds the building that a caller means, and how soon."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kb.address.address import Address
from kb.address.juso import Finder
from kb.address.search import Candidate

LOOKED_AT = 3
_KEYS = frozenset({"road", "main", "sub", "dong", "bunji", "postcode", "building", "detail"})
_CURE = 'write it as spoken, a tab, {"road": "한누리대로", "main": 1839, "sub": 0}'
_MOUNTAIN = "산"


class CasesUnusable(RuntimeError):
    """A file of spoken addresses cannot be used; the message names file, line and the cure."""


@dataclass(frozen=True, slots=True)
class Case:
    """``wanted`` has those of the keys road, main, sub, dong, bunji, postcode, building, detail that are determined."""

    spoken: str
    wanted: Mapping[str, str | int]

    def is_met_by(self, candidate: Candidate) -> bool:
        """The same building: road, main and sub number, or postcode (or 동) with bunji; by its name where no other
        is given. Of these what is not given is not compared."""
        address = candidate.address
        if "road" in self.wanted and self._agrees("road", address.road) and self._has_number(address):
            return True
        if "bunji" in self.wanted:
            return self._has_lot(address)
        return "road" not in self.wanted and self._agrees("building", address.building)

    def _has_number(self, address: Address) -> bool:
        return self._agrees("main", address.main) and self._agrees("sub", address.sub)

    def _has_lot(self, address: Address) -> bool:
        lot = f"{address.jibun_main}-{address.jibun_sub}" if address.jibun_sub else str(address.jibun_main)
        wanted = "".join(str(self.wanted["bunji"]).split())
        is_mountain = wanted.startswith(_MOUNTAIN)
        places = (f"{address.town} {address.ri}".strip(), address.town, address.ri)
        return (
            wanted.removeprefix(_MOUNTAIN) == lot
            and (address.mountain or not is_mountain)
            and self._agrees("postcode", address.postcode)
            and any(self._agrees("dong", place) for place in places)
        )

    def _agrees(self, key: str, found: str | int) -> bool:
        return key not in self.wanted or str(self.wanted[key]) == str(found)


@dataclass(frozen=True, slots=True)
class Result:
    """``place`` is that of the right one among ``found``, :data:`LOOKED_AT` where it is not there."""

    case: Case
    found: tuple[Candidate, ...]
    place: int
    ms: float


@dataclass(frozen=True, slots=True)
class Report:
    """Of at least one result; shares are 0 to 1."""

    results: Sequence[Result]

    @property
    def n(self) -> int:
        return len(self.results)

    @property
    def top1(self) -> float:
        return sum(result.place == 0 for result in self.results) / self.n

    @property
    def top3(self) -> float:
        return sum(result.place < LOOKED_AT for result in self.results) / self.n

    @property
    def p50_ms(self) -> float:
        return float(np.percentile([result.ms for result in self.results], 50))

    @property
    def p95_ms(self) -> float:
        return float(np.percentile([result.ms for result in self.results], 95))

    @property
    def missed(self) -> list[Result]:
        """Whose first candidate is not the right one."""
        return [result for result in self.results if result.place]


def read_cases(path: Path) -> list[Case]:
    """``spoken<TAB>JSON`` a line, in UTF-8; lines that begin with ``#`` are remarks. Raises :class:`CasesUnusable`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise CasesUnusable(f'no file "{path}": check the path') from None
    except (OSError, UnicodeDecodeError) as error:
        raise CasesUnusable(f'"{path}" cannot be read ({error}): save it in UTF-8') from None
    cases = [
        _case(line, f"{path}:{number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    ]
    if not cases:
        raise CasesUnusable(f'"{path}" has no cases: {_CURE}')
    return cases


def _case(line: str, place: str) -> Case:
    spoken, tab, written = line.partition("\t")
    try:
        wanted = json.loads(written)
    except (ValueError, RecursionError):
        wanted = None
    if not (tab and spoken.strip() and isinstance(wanted, dict)):
        raise CasesUnusable(f"{place}: it is not spoken words, a tab and JSON: {_CURE}")
    if strange := sorted(wanted.keys() - _KEYS):
        raise CasesUnusable(f'{place}: no key is called "{strange[0]}": use {", ".join(sorted(_KEYS))}')
    if any(isinstance(value, bool) or not isinstance(value, str | int) for value in wanted.values()):
        raise CasesUnusable(f"{place}: a value is neither text nor a whole number: {_CURE}")
    if not wanted.keys() & {"road", "bunji", "building"}:
        raise CasesUnusable(f"{place}: it tells no building: give its road, its bunji or its name")
    return Case(spoken.strip(), wanted)


def evaluate(book: Finder, cases: Sequence[Case]) -> Report:
    """Looks everything up once, after a first look-up that nobody times."""
    book.search(cases[0].spoken, LOOKED_AT)
    return Report([_result(book, case) for case in cases])


def _result(book: Finder, case: Case) -> Result:
    began = time.perf_counter()
    found = book.search(case.spoken, LOOKED_AT)
    ms = (time.perf_counter() - began) * 1000
    place = next((at for at, candidate in enumerate(found) if case.is_met_by(candidate)), LOOKED_AT)
    return Result(case, tuple(found), place, ms)
