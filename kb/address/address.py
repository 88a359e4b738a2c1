"""An address as the road-name address service has it, and its standard written forms."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Address:
    """One building, or as much of it as is known: ``main`` is 0 where the building's number is not.

    ``town`` is a legal 읍, 면 or 동, ``ri`` a village of a 읍 or 면. The lot number (지번) is ``jibun_main`` and
    ``jibun_sub``, 0 where there is none; ``mountain`` lots (산) are counted by themselves.
    """

    sido: str
    sigungu: str = ""
    town: str = ""
    ri: str = ""
    road: str = ""
    main: int = 0
    sub: int = 0
    underground: bool = False
    jibun_main: int = 0
    jibun_sub: int = 0
    mountain: bool = False
    postcode: str = ""
    building: str = ""

    @property
    def written(self) -> str:
        """세종특별자치시 한누리대로 1839; by its lot where no road is known.

        A 동 or 리 is no part of a road-name address, a 읍 or 면 is (Road Name Address Act, enforcement decree,
        article 6).
        """
        if not self.road:
            return self.jibun_written or _joined(self.sido, self.sigungu, self.town, self.ri)
        town = self.town if self.town.endswith(("읍", "면")) else ""
        below = "지하" if self.underground and self.main else ""
        return _joined(self.sido, self.sigungu, town, self.road, below, _number(self.main, self.sub))

    @property
    def without_region(self) -> str:
        """한누리대로 1839, or 반곡동 771-125 where no road is known."""
        if self.road:
            return replace(self, sido="", sigungu="", town="").written
        return replace(self, sido="", sigungu="").written

    @property
    def jibun_written(self) -> str:
        """세종특별자치시 반곡동 771-125; empty where the lot is not known."""
        if not self.jibun_main:
            return ""
        mountain = "산" if self.mountain else ""
        return _joined(self.sido, self.sigungu, self.town, self.ri, mountain, _number(self.jibun_main, self.jibun_sub))


def _number(main: int, sub: int) -> str:
    if not main:
        return ""
    return f"{main}-{sub}" if sub else str(main)


def _joined(*parts: str) -> str:
    return " ".join(filter(None, parts))
