"""How callers say addresses of a book: varied, seeded cases with the building that is meant.

Each case is fair: what is said names one building, or one lot, of the book to whoever hears it rightly.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from zlib import crc32

from kb.address import Address, Candidate, OfficialRow
from kb.address.numerals import spelt, spelt_by_digits
from kb.address.sound import spell
from tests.kb.address.mishearing import misheard

KINDS = ("road", "lot", "mountain", "building", "detail", "correction", "order")
_WEIGHTS = (34, 16, 3, 17, 12, 10, 8)
MISHEARD = 0.15
_HALF_SAID = 0.25  # of road addresses name their building as well
_FILLERS = (
    "어",
    "음",
    "네",
    "그",
    "저기",
    "그러니까",
    "어 그러니까",
    "네 거기가",
    "주소가",
    "주소는",
    "네 여기",
    "여기가",
)
_FILLERS += ("배송지는", "저희 집이", "음 그게", "아 네", "받는 주소는", "집 주소가")
_ENDINGS = ("이요", "예요", "입니다", "요", "이고요", "인데요", "으로 보내 주세요", "으로 해 주세요", "으로 부탁드려요")
_ENDINGS += ("이거든요", "으로 바꿔 주세요", " 맞아요", "이라고요", "이야", "이요", "이요", "입니다")
_SUB_MARKS = (" 다시 ", " 다시 ", " 다시 ", "에 ", "에 ", "의 ", " 의 ", " 대시 ", "다시")
_TAKEN_BACK = (" 아니 ", " 아니다 ", " 아니 아니 ", " 아니 그게 아니라 ", " 아 아니다 ", " 아니요 ", " 아 잠시만요 ")
_REGIONS = ("", "", "", "세종시", "세종시", "세종시", "세종", "세종특별자치시", "세종특별자치시")
_SHORTER = (
    *((r"마을 ?(?=\d)", ""), (r"단지$", "단지아파트"), (r"아파트$", ""), (r"초등학교", "초"), (r"고등학교$", "고")),
    *(
        ("근린생활시설", "상가"),
        ("^세종", ""),
        ("대학교", "대"),
        (r"빌딩$", ""),
        (r"연립$", "연립주택"),
        ("어린이집$", ""),
    ),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """``text`` is what is recognized of a caller who means the building at ``address``."""

    text: str
    kind: str
    is_misheard: bool
    address: Address
    detail: str = ""

    def is_met_by(self, candidate: Candidate) -> bool:
        """The same building: road and number, or postcode and lot."""
        meant, found = self.address, candidate.address
        same_number = (meant.road, meant.main, meant.sub) == (found.road, found.main, found.sub)
        return same_number or (bool(found.jibun_main) and _lot(meant) == _lot(found))


def _lot(address: Address) -> tuple[object, ...]:
    return address.postcode, address.town, address.ri, address.mountain, address.jibun_main, address.jibun_sub


class Callers:
    """Says the addresses of ``rows`` whose road is in one of three parts, ``part`` 0 to 2, as callers would."""

    def __init__(self, rows: Sequence[OfficialRow], part: int, seed: int) -> None:
        self._random = Random(seed)
        places = {(row.address.road, row.address.town, row.address.main, row.address.sub) for row in rows}
        self._numbers = Counter((road, main, sub) for road, _, main, sub in places)
        self._lots = Counter(lot[2:] for lot in {_lot(row.address) for row in rows})
        self._names = Counter(spell(name) for row in rows for name in {row.address.building, row.register_name} - {""})
        own = [row for row in rows if crc32(row.address.road.encode()) % 3 == part]
        self._rows = {
            "any": own,
            "lot": [row for row in own if row.address.jibun_main and not row.address.mountain],
            "mountain": [row for row in own if row.address.mountain],
            "named": [row for row in own if self._is_said(row.address.building)],
        }

    def say(self, count: int) -> Iterator[Saying]:
        for _ in range(count):
            (kind,) = self._random.choices(KINDS, _WEIGHTS)
            yield self._say(kind, is_misheard=self._random.random() < MISHEARD)

    # ---- kinds

    def _say(self, kind: str, *, is_misheard: bool) -> Saying:
        draw = self._random
        rows = self._rows[{"lot": "lot", "mountain": "mountain", "building": "named"}.get(kind, "any")]
        row = draw.choice(rows)
        if kind == "correction" and draw.random() < 0.3:
            row = draw.choice(self._rows["lot"])
        address = row.address
        detail, spoken_detail = self._detail() if kind == "detail" or draw.random() < 0.1 else ("", "")
        match kind:
            case "lot" | "mountain":
                parts = [self._region(address), *self._place(address, is_misheard), self._lot_number(address)]
            case "building":
                parts = [self._region(address), self._town(address, 0.3), self._building(row, is_misheard)]
            case "correction":
                parts = self._corrected(address, is_misheard)
            case _:
                named = address.building if draw.random() < _HALF_SAID and self._is_said(address.building) else ""
                number = self._number(address.main, address.sub, may_figure=True)
                parts = [self._region(address), self._town(address, 0.3), self._road(address, is_misheard)]
                parts[-1:] = [self._beside(parts[-1], number)]
                parts.append(self._shortened(named))
        parts = [part for part in parts if part]
        if kind == "order":
            parts = self._turned(parts)
        elif spoken_detail:
            parts.append(spoken_detail)
        return Saying(self._framed(" ".join(parts)), kind, is_misheard, address, detail)

    def _corrected(self, address: Address, is_misheard: bool) -> list[str]:
        """Another number, or another road or place, taken back at once."""
        draw = self._random
        mark = draw.choice(_TAKEN_BACK)
        right = self._number(address.main, address.sub, may_figure=True)
        road = self._road(address, is_misheard)
        head = [self._region(address), self._town(address, 0.3)]
        if draw.random() < 0.25:
            other = draw.choice(self._rows["any"]).address
            wrong = f"{self._road(other, False)} {self._number(other.main, other.sub)}"
            return [*head, f"{wrong}{mark}{road} {right}"]
        wrong_main = address.main + draw.choice((-2, -1, 1, 2, 3, 10, 20, 100))
        wrong = self._number(max(1, wrong_main), address.sub if draw.random() < 0.5 else 0)
        if draw.random() < 0.3:
            wrong += draw.choice(("이 아니라 ", " 말고 ", "번지 아니고 "))
            return [*head, f"{road} {wrong}{right}"]
        return [*head, f"{road} {wrong}{mark}{right}"]

    def _turned(self, parts: list[str]) -> list[str]:
        """The region, or the building, at another place than where it is written."""
        draw = self._random
        if len(parts) < 2:
            return parts
        if draw.random() < 0.5:
            return [*parts[1:], parts[0]]
        return [parts[-1], *parts[:-1]]

    # ---- parts

    def _region(self, address: Address) -> str:
        return self._random.choice(_REGIONS)

    def _town(self, address: Address, likely: float) -> str:
        """읍 and 면 are a part of the address, and 동 often said; always where the number alone would not tell."""
        number = self._numbers[address.road, address.main, address.sub]
        is_needed = number > 1 or self._names[spell(address.building)] > 1
        likely = 0.5 if address.town.endswith(("읍", "면")) else likely
        if is_needed or self._random.random() < likely:
            short = self._random.random() < 0.1 and len(address.town) > 3
            return address.town[:-1] if short else address.town
        return ""

    def _place(self, address: Address, is_misheard: bool) -> list[str]:
        town, ri = address.town, address.ri
        if ri and is_misheard and self._random.random() < 0.8:
            ri = misheard(ri[:-1], self._random) + ri[-1]
        elif is_misheard:
            town = misheard(town[:-1], self._random) + town[-1]
        is_clear = self._lots[_lot(address)[2:]] == 1
        if ri and not is_misheard and is_clear and self._random.random() < 0.25:
            return [ri]
        return [town, ri]

    def _road(self, address: Address, is_misheard: bool) -> str:
        draw = self._random
        name = address.road
        if is_misheard:
            end = re.search(r"[\d가-힣]??\d*(?:로|길)$", name)
            stem = name[: end.start()] if end and end.start() > 1 else name
            heard = misheard(stem, draw, changes=2 if len(stem) >= 4 and draw.random() < 0.4 else 1)
            name = heard + name[len(stem) :]
        if draw.random() < 0.75:
            figures = re.search(r"\d+", name)
            if figures and draw.random() < 0.5:
                name = f"{name[: figures.start()]} {name[figures.start() :]}"
            name = "".join(spell(part) if part != " " else part for part in re.split(r"( )", name))
        if draw.random() < 0.06 and name.endswith("대로"):
            name = f"{name[:-2]} 대로"
        return name

    def _beside(self, road: str, number: str) -> str:
        return f"{road}{number}" if self._random.random() < 0.06 else f"{road} {number}"

    def _number(self, main: int, sub: int, *, may_figure: bool = False) -> str:
        draw = self._random
        if may_figure and draw.random() < 0.2:
            return f"{main}{f'-{sub}' if sub else ''}"
        said = self._numeral(main)
        return f"{said}{draw.choice(_SUB_MARKS)}{self._numeral(sub)}" if sub else said

    def _numeral(self, number: int) -> str:
        draw = self._random
        if number > 9 and draw.random() < 0.15:
            digits = spelt_by_digits(str(number))
            return digits.replace("영", "공") if draw.random() < 0.8 else digits
        said = spelt(number)
        if number >= 1000 and draw.random() < 0.15:
            said = said.replace("천", "천 ", 1).strip()
        if said.startswith("천") and draw.random() < 0.1:
            said = f"일{said}"
        return said

    def _lot_number(self, address: Address) -> str:
        number = self._number(address.jibun_main, address.jibun_sub, may_figure=True)
        mountain = self._random.choice(("산 ", "산")) if address.mountain else ""
        return mountain + number + self._random.choice(("", "", "번지", " 번지"))

    def _building(self, row: OfficialRow, is_misheard: bool) -> str:
        names = [name for name in (row.address.building, row.register_name) if self._is_said(name)]
        name = self._random.choice(names)
        return self._shortened(misheard(name, self._random) if is_misheard else name)

    def _is_said(self, name: str) -> bool:
        """Whether callers would say it, and it is of one building only, but for those of one lot."""
        is_plain = 3 <= len(spell(name)) <= 14 and not re.search(r"[/(),·]|\d동$|^\d|주식회사", name)
        return is_plain and self._names[spell(name)] == 1

    def _shortened(self, name: str) -> str:
        """``name`` as people say it, unless another building has that name."""
        draw = self._random
        name = name.replace("Ⅱ", "2").replace("Ⅰ", "1")
        if draw.random() < 0.4:
            shorter = name
            for long, short in draw.sample(_SHORTER, len(_SHORTER)):
                if re.search(long, shorter):
                    shorter = re.sub(long, short, shorter)
                    break
            is_own = self._names[spell(shorter)] == 0
            name = shorter if is_own and len(spell(shorter)) >= 3 else name
        if draw.random() < 0.5:
            name = re.sub(r"(?<=[가-힣])(?=\d+(?:단지|차|리))", " ", name)
        return name if draw.random() < 0.2 else " ".join(spell(word) for word in name.split())

    def _detail(self) -> tuple[str, str]:
        draw = self._random
        floor, door = draw.randint(1, 25), draw.randint(1, 6)
        room = floor * 100 + door
        wing = draw.choice((0, draw.randint(101, 120), draw.randint(201, 212), draw.randint(1001, 1012)))
        if draw.random() < 0.2:
            return f"{floor}층", f"{spelt(floor)}층"
        wanted = " ".join(filter(None, (f"{wing}동" if wing else "", f"{room}호")))
        if draw.random() < 0.2:
            return wanted, wanted
        return wanted, " ".join(filter(None, (f"{spelt(wing)}동" if wing else "", f"{spelt(room)}호")))

    def _framed(self, said: str) -> str:
        draw = self._random
        if draw.random() < 0.3:
            said = f"{draw.choice(_FILLERS)} {said}"
        if draw.random() < 0.1:
            words = said.split()
            at = draw.randrange(len(words))
            said = " ".join([*words[:at], draw.choice(("어", "음", "그", "저")), *words[at:]])
        if draw.random() < 0.35:
            said += _ending(said, draw.choice(_ENDINGS))
        if draw.random() < 0.08:
            words = said.split()
            at = draw.randrange(len(words))
            said = (
                " ".join(words[:at])
                + (" " if at else "")
                + "".join(words[at : at + 2])
                + " "
                + " ".join(words[at + 2 :])
            )
        return said.strip()


def _ending(said: str, ending: str) -> str:
    """``ending`` as it is behind ``said``: 일로 보내 주세요, 삼이요 and 사요."""
    last = spell(said)[-1:]
    final = (ord(last) - ord("가")) % 28 if last else 0
    if ending.startswith("으로"):
        return ending if final not in (0, 8) else ending[1:]
    if ending in ("예요", "이요", "요"):
        return {"예요": "이에요", "요": "이요"}.get(ending, ending) if final else ending.removeprefix("이")
    return ending.removeprefix("이") if not final and ending.startswith("이") else ending
