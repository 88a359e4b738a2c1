"""A country made of one city: rows in the official layout, with as many roads, names and postcodes as Korea has.

The buildings along a road (numbers, lots, flags) are those of roads of the sample, the places are the country's legal
dongs, and roads and buildings are called after them. The same seed makes the same country.
"""

from __future__ import annotations

import gzip
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from kb.address.official_row import COLUMNS

_ROWS_A_ROAD = 38  # 6.4 million buildings, 170,000 roads, 34,000 postcodes
_ROWS_A_POSTCODE = 188
_FEWEST_ROWS_A_DISTRICT = 200
_MOST_BRANCHES = 9
_HIGHEST_NUMBER = 9_999
_EXISTS = "존재"
_NATIONAL = """
중앙 시청 역전 문화 학교 공원 시장 체육관 산업단지 평화 충무 세종 새마을 대학 남부 동부 서부 북부 강변 해안 신흥 번영
중앙공원 과학 예술 종합운동장 터미널 봉황 무궁화 통일 한강 은행나무 벚꽃
""".split()
_KINDS = """
아파트 빌라 맨션 빌딩 타워 초등학교 중학교 어린이집 교회 경로당 마을회관 행정복지센터 병원 의원 프라자 오피스텔 상가
주택 연립 하이츠 파크빌 푸르지오 자이 래미안 힐스테이트 이편한세상 1단지 2단지 3차아파트 물류센터 주유소 농협
체육공원 요양원
""".split()
_BRANDS = "현대 삼성 대우 주공 한신 우성 동아 벽산 롯데 금호 대림 신성 성원 부영 쌍용 한라 극동 삼익 미도 은하".split()
_STEM = re.compile(r"(?P<stem>[가-힣]{2,}?)(?:\d.*|[동리읍면가로길])*")

Columns = list[str]


@dataclass(frozen=True, slots=True)
class _Area:
    code: str
    town: str
    ri: str


@dataclass(frozen=True, slots=True)
class _District:
    code: str
    sido: str
    sigungu: str
    areas: tuple[_Area, ...]


class Country:
    """``sample`` is an official file, ``dongs`` the list of legal dongs (code, name and whether it exists, by tabs)."""

    def __init__(self, sample: Path, dongs: Path, seed: int = 0) -> None:
        self._districts = _districts(dongs)
        self._roads = _sample_roads(sample)
        self._stems = [_stem(buildings[0][10]) for buildings in self._roads]
        self._seed = seed

    def rows(self, count: int) -> Iterator[Columns]:
        """``count`` rows of 24 columns, by district; of a part of the districts where they are few."""
        number = min(len(self._districts), max(1, count // _FEWEST_ROWS_A_DISTRICT))
        chosen = [self._districts[at * len(self._districts) // number] for at in range(number)]
        postcode = 1_000
        for at, district in enumerate(chosen):
            wanted = count * (at + 1) // number - count * at // number
            postcodes = range(postcode, postcode + max(1, wanted // _ROWS_A_POSTCODE))
            postcode = postcodes.stop
            yield from self._of_district(district, wanted, postcodes)

    def write(self, archive: Path, count: int) -> list[Columns]:
        """An archive as it is downloaded, a file for each sido; returns some hundred rows of everywhere."""
        shown = []
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            every = max(1, count // _SHOWN)
            place = 0
            for code, rows in groupby(self.rows(count), key=lambda row: row[1][:2]):
                with packed.open(f"rnaddrkor_{code}.txt", "w", force_zip64=True) as file:
                    while some := list(islice(rows, _ROWS_AT_ONCE)):
                        file.write("".join("|".join(row) + "\r\n" for row in some).encode("cp949"))
                        shown += [row for at, row in enumerate(some, place) if at % every == every // 2]
                        place += len(some)
        return shown

    def _of_district(self, district: _District, count: int, postcodes: range) -> list[Columns]:
        draw = random.Random(f"{self._seed} {district.code}")
        names = self._road_names(district, max(1, count // _ROWS_A_ROAD), draw)
        rows: list[Columns] = []
        for at, name in enumerate(names):
            left = round(
                (count - len(rows)) / (len(names) - at) * (draw.uniform(0.3, 1.7) if at + 1 < len(names) else 1)
            )
            rows += self._on_road(district, at, name, left, postcodes[at * len(postcodes) // len(names)], draw)
        rows.sort(key=lambda row: row[1])
        return rows

    def _road_names(self, district: _District, count: int, draw: random.Random) -> list[str]:
        local = [_stem(area.ri or area.town) for area in district.areas]
        is_rural = any(area.ri for area in district.areas)
        names: dict[str, None] = {}
        while len(names) < count:
            stem = draw.choice(local)
            match draw.randrange(10):
                case 0 | 1:
                    stem = stem[0] + draw.choice(local)[-1]
                case 2 | 3:
                    stem = draw.choice(self._stems)
                case 4:
                    stem = draw.choice(_NATIONAL)
            stem += draw.choice(("", "", "", "", "동", "서", "남", "북", "안", "윗", "새"))
            main = stem + draw.choice(("로", "로", "로", "길", "길", "대로"))
            branches = draw.sample(range(1, 200), draw.randrange(_MOST_BRANCHES))
            middle, end = ("", "길") if main.endswith("길") else (main, "번길" if is_rural else "길")
            names[main] = None
            names.update(dict.fromkeys(f"{middle or stem}{branch}{end}" for branch in branches))
        return list(names)[:count]

    def _on_road(
        self, district: _District, road: int, name: str, count: int, postcode: int, draw: random.Random
    ) -> Iterator[Columns]:
        areas = draw.choices(district.areas, k=draw.choice((1, 1, 1, 2)))
        offset, moved = 0, draw.randrange(400)
        made = 0
        while made < count:
            buildings = draw.choice(self._roads)
            for building in buildings[: count - made]:
                area = areas[made * len(areas) // count]
                main = int(building[12]) + offset
                yield self._row(building, district, area, road, name, main, int(building[7]) + moved, postcode, draw)
                made += 1
            offset = (offset + int(buildings[-1][12])) % _HIGHEST_NUMBER

    def _row(
        self,
        building: Columns,
        district: _District,
        area: _Area,
        road: int,
        name: str,
        main: int,
        lot: int,
        postcode: int,
        draw: random.Random,
    ) -> Columns:
        row = list(building)
        main = min(main, _HIGHEST_NUMBER)
        row[0] = f"{area.code[:8]}{road:07}{building[11]}{main:05}{int(building[13]):05}"
        row[1:6] = area.code, district.sido, district.sigungu, area.town, area.ri
        row[7], row[9], row[10], row[12] = str(lot), f"{district.code}{road:07}", name, str(main)
        row[14], row[15], row[16] = f"{area.code[:8]}00", _admin_dong(area.town, road), f"{postcode:05}"
        for column in (21, 22):
            if row[column] and draw.random() < 0.6:
                where = draw.choice((_stem(area.ri or area.town), _stem(name), draw.choice(_BRANDS)))
                row[column] = where + draw.choice(_KINDS)
        return row


_SHOWN = 2_000
_ROWS_AT_ONCE = 20_000


def _admin_dong(town: str, road: int) -> str:
    """Of a large dong, its first or second part."""
    return f"{town[:-1]}{road % 2 + 1}동" if town.endswith("동") and len(town) == 3 and road % 3 else town


def _stem(name: str) -> str:
    match = _STEM.fullmatch(name)
    return match["stem"] if match else name


def _districts(dongs: Path) -> list[_District]:
    lines = (line.rstrip().split("\t") for line in _text(dongs).splitlines()[1:])
    names = {code: name for code, name, state in lines if state == _EXISTS}
    districts = []
    for code, group in groupby(sorted(names), key=lambda code: code[:5]):
        codes = list(group)
        whole = names.get(f"{code}00000", "")
        has_villages = {one[:8] for one in codes if not one.endswith("00")}
        lowest = [one for one in codes if one[5:8] != "000" and not (one.endswith("00") and one[:8] in has_villages)]
        areas = []
        for one in lowest:
            town, _, ri = names[one].removeprefix(whole).strip().partition(" ")
            areas.append(_Area(one, town, ri))
        if areas and whole:
            sido, _, sigungu = whole.partition(" ")
            districts.append(_District(code, sido, sigungu, tuple(areas)))
    return districts


def _sample_roads(sample: Path) -> list[list[Columns]]:
    """The buildings of each road, by number."""
    rows = [line.split("|") for line in _text(sample).splitlines()]
    rows = [row for row in rows if len(row) == COLUMNS]
    rows.sort(key=lambda row: (row[9], int(row[12]), int(row[13])))
    return [list(of) for _, of in groupby(rows, key=lambda row: row[9])]


def _text(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return content.decode("cp949")
