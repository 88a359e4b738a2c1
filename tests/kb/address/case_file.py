"""The hand-written addresses of ``cases.tsv``, and what counts as the right one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.address import Candidate

FILE = Path(__file__).with_name("cases.tsv")


@dataclass(frozen=True)
class Case:
    said: str
    expected: dict[str, Any]

    def is_met_by(self, found: list[Candidate]) -> bool:
        if not found or not self.expected:
            return not found and not self.expected
        best = found[0]
        address = best.address
        lot = f"{address.jibun_main}-{address.jibun_sub}" if address.jibun_sub else str(address.jibun_main)
        got = {
            "road": address.road,
            "main": address.main,
            "sub": address.sub,
            "dong": f"{address.town} {address.ri}".strip(),
            "bunji": lot,
            "postcode": address.postcode,
            "building": address.building,
            "detail": best.detail,
            "missing": best.missing,
        }
        return all(got[key] == value for key, value in {"missing": "none", **self.expected}.items())


def cases() -> list[Case]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [Case(said, json.loads(expected)) for said, expected in pairs]
