"""Where a sentence ends, in a text that is there and in one that is still coming."""

import re

# A full stop ends a sentence unless it stands in a number, a date ("2026. 11. 22.") or a name ("kt.com").
_CLOSING = r"[\"'”’)\]」』〉》]*"
_END = re.compile(
    rf"(?:(?<=[^\W\d_A-Za-z])[.!?…。？！]+{_CLOSING}|[.!?…。？！]+{_CLOSING}(?=\s)(?!(?<=\d\.)\s*\d)|\n)\s*"
)
_ENUMERATOR = re.compile(r"\s*\(?\d{1,2}[.)]\s*")

LONGEST_CHARACTERS = 400
"""What goes on for longer is handed out as it is: nobody speaks such a sentence."""


def sentences(text: str) -> list[str]:
    """The sentences of ``text`` in order, without the white space around them."""
    splitter = Splitter()
    return [*splitter.feed(text), *splitter.finish()]


class Splitter:
    """Takes a text piece by piece and gives back its sentences as soon as they are whole."""

    def __init__(self) -> None:
        self._pending = ""

    def feed(self, piece: str) -> list[str]:
        self._pending += piece
        found: list[str] = []
        start = 0
        for end in _END.finditer(self._pending):
            if _ENUMERATOR.fullmatch(self._pending, start, end.end()):
                continue
            # "습니다." is whole at once; what a digit or a Latin letter ends in waits for what follows
            found.append(self._pending[start : end.end()])
            start = end.end()
        self._pending = self._pending[start:]
        while len(self._pending) > LONGEST_CHARACTERS:
            found.append(self._pending[:LONGEST_CHARACTERS])
            self._pending = self._pending[LONGEST_CHARACTERS:]
        return [stripped for sentence in found if (stripped := sentence.strip())]

    def finish(self) -> list[str]:
        """What is left when nothing more comes."""
        pending, self._pending = self._pending.strip(), ""
        return [pending] if pending else []
