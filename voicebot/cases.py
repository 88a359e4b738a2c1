"""Files of cases for evaluation: UTF-8 text, two columns with a tab between."""

from pathlib import Path


class CasesUnusable(ValueError):
    """A file of cases that cannot be read; the message names the file, the line and the form."""


def read_pairs(path: Path, form: str) -> list[tuple[str, str]]:
    """The two columns of each line; empty lines, ``#`` comments and a heading (``form`` itself) are passed over.

    ``form`` is what a line looks like, ``path<TAB>text``, as the errors tell it. Raises :class:`CasesUnusable`.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise CasesUnusable(f"no file {path}: check the name") from None
    except (UnicodeDecodeError, IsADirectoryError):
        raise CasesUnusable(f"{path} is not UTF-8 text: save it as UTF-8 TSV, {form}") from None
    pairs = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#") or line == form.replace("<TAB>", "\t"):
            continue
        left, tab, right = line.partition("\t")
        if not tab:
            raise CasesUnusable(f"{path} line {number}: no tab; a line is {form}")
        pairs.append((left.strip(), right.strip()))
    if not pairs:
        raise CasesUnusable(f"{path} holds no case; a line is {form}")
    return pairs
