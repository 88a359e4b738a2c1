"""``python -m tests.kb.address.held_back OFFICIAL OUT.tsv``: 200 spoken addresses for ``aicc address eval``.

Of roads that nobody looked at while the search was made; 30 of them are misheard. The same ones each time.
"""

import json
import sys
from itertools import islice
from pathlib import Path

from kb.address import OfficialRow, read_official
from tests.kb.address.saying import Callers, Saying

PART, SEED = 2, 200
HEARD, MISHEARD = 170, 30


def cases(official: Path) -> list[Saying]:
    rows = [row for row in read_official(official) if isinstance(row, OfficialRow)]
    said = list(islice(Callers(rows, PART, SEED).say(10 * HEARD), 10 * HEARD))
    heard = [one for one in said if not one.is_misheard][:HEARD]
    return heard + [one for one in said if one.is_misheard][:MISHEARD]


def line(said: Saying) -> str:
    """The building that is meant: by its road and number, or by its postcode and lot."""
    address = said.address
    wanted: dict[str, str | int] = {"road": address.road, "main": address.main, "sub": address.sub}
    if address.jibun_main and not address.mountain:
        lot = f"{address.jibun_main}-{address.jibun_sub}" if address.jibun_sub else str(address.jibun_main)
        wanted |= {"dong": address.ri or address.town, "bunji": lot, "postcode": address.postcode}
    return f"{said.text}\t{json.dumps(wanted, ensure_ascii=False)}\n"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text("".join(map(line, cases(Path(sys.argv[1])))), encoding="utf-8")
