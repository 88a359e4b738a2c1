"""PDF: pairs marked ``Q.`` and ``A.`` or ``질문:`` and ``답변:``; else numbered headings with the text below them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.loading.row import Row, Unreadable

MOST_PAGES = 2_000
_QUESTION = re.compile(r"^(?:Q|문|질문)\s*[0-9]*\s*[.:)：]\s*")
_ANSWER = re.compile(r"^(?:A|답|답변)\s*[0-9]*\s*[.:)：]\s*")
_NUMBER = re.compile(r"^[0-9]{1,3}[.)]\s+(?=\S)")
_PAGE_NUMBER = re.compile(r"[-–\s]*[0-9]+(?:\s*/\s*[0-9]+)?[-–\s]*(?:쪽|페이지)?")
# A line that tops or ends this many pages and half of all is a running title.
_RUNNING_PAGES = 3
# A question that is too long for its line goes on for so many more.
_WRAPPED_LINES = 2


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    number: int


def read(path: Path) -> Iterator[Row]:
    lines = _lines(path)
    marked = [index for index, line in enumerate(lines) if _QUESTION.match(line.text)]
    rows = list(_marked_rows(path, lines, marked) if marked else _numbered_rows(path, lines))
    if not rows:
        raise Unreadable("no question with an answer is in it", "mark them as Q. and A., or 질문: and 답변:")
    yield from rows


def _lines(path: Path) -> list[_Line]:
    import pypdf

    try:
        with pypdf.PdfReader(path) as document:
            if document.is_encrypted and not document.decrypt(""):
                raise Unreadable("it has a password", "save it without one")
            if len(document.pages) > MOST_PAGES:
                raise Unreadable(f"it has {len(document.pages):,} pages", "take out those with the FAQ")
            pages = [_page_lines(page) for page in document.pages]
    except pypdf.errors.DependencyError:
        raise Unreadable("it is encrypted", "save it without a password") from None
    except pypdf.errors.PyPdfError as error:
        raise Unreadable(f"it is cut short or no PDF ({str(error)[:80]})", "save it as PDF again") from None
    if not any(pages):
        raise Unreadable("it holds pictures and no text", "run it through text recognition first")
    running = _running_titles(pages)
    return [
        _Line(line, page, number)
        for page, lines in enumerate(pages, 1)
        for number, line in enumerate(lines, 1)
        if line and not _PAGE_NUMBER.fullmatch(line) and not (_at_edge(number, lines) and _shape(line) in running)
    ]


def _page_lines(page: Any) -> list[str]:
    return [" ".join(line.split()) for line in page.extract_text().splitlines()]


def _running_titles(pages: Sequence[Sequence[str]]) -> set[str]:
    edges = Counter(shape for lines in pages for shape in {_shape(line) for line in (*lines[:1], *lines[-1:])})
    return {shape for shape, count in edges.items() if count >= max(_RUNNING_PAGES, len(pages) / 2)}


def _shape(line: str) -> str:
    return re.sub("[0-9]+", "0", line)


def _at_edge(number: int, lines: Sequence[str]) -> bool:
    return number in (1, len(lines))


def _marked_rows(path: Path, lines: Sequence[_Line], marked: Sequence[int]) -> Iterator[Row]:
    for begin, end in zip(marked, [*marked[1:], len(lines)], strict=True):
        said = [line.text for line in lines[begin:end]]
        answer_at = next((at for at, text in enumerate(said) if _ANSWER.match(text)), len(said))
        question, answer = said[:answer_at], said[answer_at:]
        yield _row(path, lines[begin], _without(_QUESTION, question), _without(_ANSWER, answer))


def _numbered_rows(path: Path, lines: Sequence[_Line]) -> Iterator[Row]:
    heads = _numbered_heads(lines)
    ends = [begin for begin, _ in heads[1:]] + [len(lines)]
    for (begin, length), end in zip(heads, ends, strict=False):
        said = [line.text for line in lines[begin:end]]
        yield _row(path, lines[begin], _without(_NUMBER, said[:length]), " ".join(said[length:]))


def _numbered_heads(lines: Sequence[_Line]) -> list[tuple[int, int]]:
    """First line and count of lines of each heading.

    Lists in an answer are numbered too: where some numbered lines ask, only those are headings, else those that count
    on from one another with the same mark behind the number.
    """
    numbered = [index for index, line in enumerate(lines) if _NUMBER.match(line.text)]
    asking = [(index, length) for index in numbered if (length := _asking_lines(lines, index))]
    if asking:
        return asking
    heads: list[tuple[int, int]] = []
    for index in numbered:
        mark = "." if "." in lines[numbered[0]].text[:4] else ")"
        if lines[index].text.startswith(f"{len(heads) + 1}{mark}"):
            heads.append((index, 1))
    return heads


def _asking_lines(lines: Sequence[_Line], index: int) -> int:
    """How many lines the question takes that begins here; 0 if it does not ask."""
    for length, line in enumerate(lines[index : index + 1 + _WRAPPED_LINES], 1):
        if length > 1 and _NUMBER.match(line.text):
            return 0
        if line.text.endswith("?"):
            return length
        if line.text.endswith("."):
            return 0
    return 0


def _without(mark: re.Pattern[str], lines: Sequence[str]) -> str:
    """The lines as one, without the mark that the first begins with."""
    return mark.sub("", " ".join(lines), count=1).strip()


def _row(path: Path, line: _Line, question: str, answer: str) -> Row:
    return Row(f"{path} (page {line.page})", line.number, {"question": question, "answer": answer})
