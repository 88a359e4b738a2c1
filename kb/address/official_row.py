"""One building in the official layout of road-name addresses (도로명주소 한글, juso.go.kr): 24 columns, ``|`` between.

In order: management number, legal-dong code, sido, sigungu, eup-myeon-dong, ri, mountain flag, jibun main and sub
number, road code, road name, basement flag, building main and sub number, admin-dong code and name, postcode, previous
road address, effective date, apartment flag, change reason, name in the building register, name in the sigungu, note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from kb.address.address import Address

COLUMNS = 24
FETCH = "fetch the file again from juso.go.kr"
_YES = "1"
_FORMER = re.compile(r"(?P<road>\S+[로길])\s*(?:지하\s*)?(?P<main>\d{1,5})(?:-(?P<sub>\d{1,5}))?(?![\d가-힣])")


class Former(NamedTuple):
    """Road and number that a building had before its road was named anew."""

    road: str
    main: int
    sub: int


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """A building, and the name that the building register has for it where that is another one than its own.

    ``admin_dong`` is the 행정동, which callers name as often as the legal one.
    """

    address: Address
    register_name: str = ""
    admin_dong: str = ""
    former: Former | None = None


class Broken(Exception):
    """A row that cannot be used: what is the matter, and the cure."""

    def __init__(self, reason: str, cure: str = "correct the row, or leave it out") -> None:
        super().__init__(reason)
        self.reason, self.cure = reason, cure


def read_row(line: str) -> OfficialRow:
    """Raises :class:`Broken`. Some editions end each row with a ``|``."""
    columns = line.strip().split("|")
    if len(columns) == COLUMNS + 1 and not columns[-1]:
        columns.pop()
    if len(columns) != COLUMNS:
        raise Broken(f"it has {len(columns)} columns, not {COLUMNS}", FETCH)
    if " |" in line or "| " in line:
        columns = [column.strip() for column in columns]
    (_, _, sido, sigungu, town, ri, mountain, jibun_main, jibun_sub, _, road, underground, main, sub, *rest) = columns
    (_, admin_dong, postcode, former, _, _, _, register_name, name, _) = rest
    if not sido:
        raise Broken("the third column, sido, is empty")
    if not road:
        raise Broken("the eleventh column, the road's name, is empty")
    if postcode and not (len(postcode) == 5 and postcode.isascii() and postcode.isdecimal()):
        raise Broken(f'the postcode "{postcode[:20]}" does not have five digits')
    address = Address(
        sido,
        sigungu,
        town,
        ri,
        road,
        _number(main, "building's main number"),
        _number(sub, "building's sub number"),
        underground == _YES,
        _number(jibun_main, "lot's main number"),
        _number(jibun_sub, "lot's sub number"),
        mountain == _YES,
        postcode,
        name or register_name,
    )
    if not address.main:
        raise Broken("the building has no number")
    return OfficialRow(
        address,
        register_name if register_name != address.building else "",
        admin_dong if admin_dong != town else "",
        _former(former) if former else None,
    )


def _former(written: str) -> Former | None:
    """Of 세종특별자치시 연기면 옛터길 12-3; None where it is no road and number."""
    match = _FORMER.search(written)
    return Former(match["road"], int(match["main"]), int(match["sub"] or 0)) if match else None


def _number(written: str, called: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) <= 5):
        raise Broken(f'the {called} "{written[:20]}" is not a number of up to five digits')
    return int(written)
