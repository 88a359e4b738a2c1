"""One cell of a table, or one stretch of a page: made plain, or refused with a reason.

A knowledge base is read aloud and shown to agents, so a cell must be text that a person wrote for people. Spreadsheet
formulas are refused, as their values are somebody else's; CWE-1236 tells how such cells become an attack.
"""

import re
import unicodedata

from kb.loading.markup import plain

LONGEST_CELL = 4_000
# Markup may be many times longer than what it shows; beyond this nobody wrote it by hand.
LONGEST_RAW = 10 * LONGEST_CELL
LONGEST_ID = 200

_REFERENCE = r"\$?[A-Za-z]{1,3}\$?[0-9]+"
# "=" begins a formula unless it is drawn as a line (=====); "+", "-" and "@" also begin lists, +82 and accounts.
_FORMULA = re.compile(
    rf"""=\s*[\w("'$@+\-.\[{{]
      | [+\-@]\s*[=+\-@]*\s*(?:
            [A-Za-z][A-Za-z0-9_.]*\((?:"[^"\n]*"|[^"\n가-힣])*\)\s*\Z   # +SUM(1;2), @HYPERLINK("...")
          | [^|\n가-힣]*[A-Za-z]\s*\|.+!                              # -cmd|'/C calc'!A0
          | {_REFERENCE}(?:\s*[-+*/^&:]\s*(?:{_REFERENCE}|[0-9.]+))*\s*\Z
        )""",
    re.VERBOSE,
)
_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|_x000[dD]_")
_SPACES = re.compile(r"[^\S\n]+")


class Fault(Exception):
    """Why a cell cannot be used, and the cure."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(f"{reason}: {cure}")
        self.reason, self.cure = reason, cure


def text(written: str, name: str) -> str:
    """Plain text in NFC, without markup, invisible marks and needless space; lines stay. Raises :class:`Fault`."""
    if len(written) > LONGEST_RAW:
        raise _too_long(len(written), name)
    normal = unicodedata.normalize("NFC", written).replace("\r\n", "\n").replace("\r", "\n")
    if _FORMULA.match(normal.strip()):
        raise Fault(f"the cell of {name} is a formula", "write the text itself, or put a word before the sign")
    for character in normal:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise Fault(f"a control character (U+{ord(character):04X}) is in the {name}", "delete it")
    if "\ufffd" in normal:
        raise Fault(f"a character of the {name} is lost (U+FFFD)", "write it anew and save the file as UTF-8")
    try:
        shown = plain(_INVISIBLE.sub("", normal))
    except RecursionError:
        raise Fault(f"the tags of the {name} nest without end", "write it as plain text") from None
    lines = (_SPACES.sub(" ", line).strip() for line in shown.split("\n"))
    tidy = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if len(tidy) > LONGEST_CELL:
        raise _too_long(len(tidy), name)
    return tidy


def name(written: str) -> str:
    """An id: one line, not long. Raises :class:`Fault`."""
    shown = text(written, "id").replace("\n", " ")
    if len(shown) > LONGEST_ID:
        raise Fault(f"the id has {len(shown):,} characters", f"{LONGEST_ID} are enough")
    return shown


def _too_long(length: int, name: str) -> Fault:
    cure = "cut it into several questions; if it swallowed other rows, close its quotation mark"
    return Fault(f"the {name} has {length:,} characters, {LONGEST_CELL:,} is the most", cure)
