"""Text files as offices write them: UTF-8 with or without a mark, Windows' Korean, or UTF-16 with a mark."""

import codecs
from pathlib import Path

from kb.loading.row import Unreadable

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(path: Path) -> str:
    """The file's text; raises :class:`~kb.loading.row.Unreadable`."""
    content = path.read_bytes()
    marked = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)
    if marked is None and b"\0" in content[:4096]:
        raise Unreadable("it is not a text file", "export it anew")
    for encoding in (marked,) if marked else ("utf-8", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("its encoding is neither UTF-8 nor CP949", "save it as UTF-8")
