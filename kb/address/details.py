"""Where in a building: what was said of it beside the address, 203동 1004호, 지하 1층, or 203-1004 for short."""

from __future__ import annotations

import re

from kb.address.leads import Lead
from kb.address.said import Detail, Number, Said, overlap

_LEAST_WING = 100
_NOTHING_BETWEEN = re.compile(r"(?:이?요|이?에요|입니다|이고요|[\s,.…])*")


def details_of(lead: Lead, said: Said) -> list[Detail]:
    """The last of each unit, in the order 동, 층, 호; of 203-1004 right behind the address, 동 and 호."""
    details = [detail for detail in said.details if not overlap((detail.start, detail.end), lead.spans)]
    if lead.detail:
        details.insert(0, lead.detail)
    last_end = max(end for _, end in lead.spans)
    behind = next((number for number in said.numbers if number.start >= last_end), None)
    if not details and behind and min(behind.main, behind.sub) >= _LEAST_WING:
        is_next = _NOTHING_BETWEEN.fullmatch(said.text, last_end, behind.start)
        details = _apartment(behind) if is_next else []
    of_unit = {detail.unit: detail for detail in details}
    return [of_unit[unit] for unit in "동층호" if unit in of_unit]


def _apartment(pair: Number) -> list[Detail]:
    """동 and 호 of 203-1004."""
    return [
        Detail(pair.start, pair.end, unit, f"{value}{unit}") for unit, value in (("동", pair.main), ("호", pair.sub))
    ]
