"""What curt callers say, from how others say it: 요금제를 변경하려고요 gives 요금제 변경."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from kb.korean import Morpheme, morphemes

_NOUNS = ("NNG", "NNP")
_OFTEN = 2


def done(lines: Iterable[str]) -> list[str]:
    """Nouns that something is done by: those that 하 or 되 follows at least twice."""
    counted: Counter[str] = Counter()
    for line in lines:
        found = morphemes(line)
        for noun, verb in pairwise(found):
            if noun.tag == "NNG" and len(noun.form) > 1 and verb.tag == "XSV":
                counted[noun.form] += 1
    return sorted(noun for noun, count in counted.items() if count >= _OFTEN)


def requests(lines: Iterable[str]) -> list[str]:
    """What is done to what, each once, as the corpora have it with a particle or without."""
    return sorted({request for line in lines for request in _of_line(morphemes(line))})


def _of_line(found: tuple[Morpheme, ...]) -> Iterator[str]:
    for at in range(1, len(found) - 1):
        if found[at].tag != "NNG" or len(found[at].form) < 2 or found[at + 1].tag != "XSV":
            continue
        last = at - 1
        if found[last].tag == "JKO":
            last -= 1
        suffix = found[last].form if last > 0 and found[last].tag == "XSN" else ""  # 요금제 is 요금 and 제
        if last >= 1 and suffix:
            last -= 1
        if last >= 0 and found[last].tag in _NOUNS:
            before = f"{found[last - 1].form} " if last > 0 and found[last - 1].tag in _NOUNS else ""
            yield f"{before}{found[last].form}{suffix} {found[at].form}"
