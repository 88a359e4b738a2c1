"""Tables: which column holds what, told by the names in the heading, English or Korean."""

from collections.abc import Iterable, Iterator, Sequence

from kb.loading.cell import Fault
from kb.loading.row import BrokenRow, Row, Unreadable

NAMES = {
    "id": "id 번호 아이디",
    "category": "category 분류 카테고리",
    "question": "question 질문",
    "answer": "answer 답변 답",
    "tags": "tags tag 태그 키워드",
    "examples": "examples example 예문 유사질문",
    "valid_from": "valid_from 시작일",
    "valid_until": "valid_until 종료일",
}
_FIELDS = {written: field for field, names in NAMES.items() for written in names.split()}
# A title and an empty line often stand above the heading.
HEADING_WITHIN = 10

Line = tuple[int, Sequence[str | Fault] | Fault]
"""A line of a table with its number: its cells, or why it or one of them cannot be read."""


def field_of(written: str) -> str | None:
    """The field that a column of this name holds; None for a column that is none of ours."""
    return _FIELDS.get("".join(written.casefold().split()))


def read_table(source: str, lines: Iterable[Line]) -> Iterator[Row | BrokenRow]:
    """Rows below the heading; raises :class:`~kb.loading.row.Unreadable` where there is no heading."""
    heading: list[str | None] = []
    for count, (line, cells) in enumerate(lines):
        if not heading:
            found = [field_of(cell) if isinstance(cell, str) else None for cell in _cells(cells)]
            if {"question", "answer"} <= set(found):
                heading = found
                _check(heading)
            elif count + 1 == HEADING_WITHIN:
                break
        elif isinstance(cells, Fault):
            yield BrokenRow(source, line, cells.reason, cells.cure)
        elif any(isinstance(cell, Fault) or cell.strip() for cell in cells):
            yield _row(source, line, heading, cells)
    if not heading:
        cure = 'name the columns in the first line: "id,category,question,answer,tags" or "번호,분류,질문,답변,태그"'
        raise Unreadable("no line names a column for the question and one for the answer", cure)


def _cells(cells: Sequence[str | Fault] | Fault) -> Sequence[str | Fault]:
    return () if isinstance(cells, Fault) else cells


def _check(heading: Sequence[str | None]) -> None:
    for field in NAMES:
        if heading.count(field) > 1:
            raise Unreadable(f'two columns are named "{field}"', "rename one of them")


def _row(source: str, line: int, heading: Sequence[str | None], cells: Sequence[str | Fault]) -> Row | BrokenRow:
    beyond = [cell for cell in cells[len(heading) :] if isinstance(cell, Fault) or cell.strip()]
    if beyond:
        reason = f"it has {len(cells)} cells and the heading {len(heading)}"
        return BrokenRow(source, line, reason, "put the cell that holds a separator in quotation marks")
    known: dict[str, str] = {}
    for field, cell in zip(heading, cells, strict=False):
        if field is None:
            continue
        if isinstance(cell, Fault):
            return BrokenRow(source, line, f"the {field} cannot be used: {cell.reason}", cell.cure, known.get("id", ""))
        known[field] = cell
    return Row(source, line, known)
