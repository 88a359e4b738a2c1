"""HTML: ``<dl>``, ``<details>`` and headings. What the page hides, runs or styles is no part of an answer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kb.loading import markup
from kb.loading.columns import field_of
from kb.loading.plain_file import read_text
from kb.loading.row import Row, Unreadable
from kb.loading.sections import Block, Facts, Heading, Pair, Text, read_sections

if TYPE_CHECKING:
    from bs4 import Tag
    from bs4.element import PageElement

LINE_ATTRIBUTE = "data-line"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STRUCTURE = [*_HEADINGS, "dl", "details"]
_FACT = re.compile(r"\s*([^:：]{1,20}?)\s*[:：]\s*(.+)", re.DOTALL)
# "번호: 1588-1234" in a list is a telephone, "답변:" is an answer
_NO_FACTS = frozenset(["번호", "question", "질문", "answer", "답변", "답"])


def read(path: Path) -> Iterator[Row]:
    yield from read_page(str(path), read_text(path), {})


def read_page(source: str, page: str, defaults: Mapping[str, str]) -> Iterator[Row]:
    """Rows of a page; raises :class:`~kb.loading.row.Unreadable` where it has no question."""
    try:
        tree = markup.parse(page)
        rows = list(read_sections(source, _blocks(tree.body or tree), defaults))
    except RecursionError:
        raise Unreadable("its tags nest without end", "save it anew from a browser") from None
    if not rows:
        cure = "write each question as a heading with its answer below, or in <dl> or <details>"
        raise Unreadable("no question with an answer is in it", cure)
    yield from rows


def _blocks(parent: "Tag") -> Iterator[Block]:
    """The page in reading order; what stands between two blocks becomes one text."""
    from bs4 import Tag

    loose: list[PageElement] = []
    for child in parent.children:
        if not markup.is_shown(child):
            continue
        blocks = list(_of_tag(child)) if isinstance(child, Tag) and _has_structure(child) else None
        if blocks is None:
            loose.append(child)
            continue
        yield from _text(loose)
        loose = []
        yield from blocks
    yield from _text(loose)


def _has_structure(tag: "Tag") -> bool:
    return tag.name in _STRUCTURE or tag.find(_STRUCTURE) is not None or bool(_facts(tag))


def _of_tag(tag: "Tag") -> Iterator[Block]:
    if tag.name in _HEADINGS:
        if text := _line_of_text([tag]):
            yield Heading(int(tag.name[1]), text, _line(tag))
    elif tag.name == "dl":
        yield from _definitions(tag)
    elif tag.name == "details":
        yield from _details(tag)
    elif facts := _facts(tag):
        yield Facts(facts)
    else:
        yield from _blocks(tag)


def _text(nodes: "Iterable[PageElement]") -> Iterator[Text]:
    if text := markup.visible(nodes):
        yield Text(text)


def _definitions(definitions: "Tag") -> Iterator[Pair]:
    """Pairs of ``<dt>`` and ``<dd>``; either may come several times in a row, and groups may stand in ``<div>``."""
    terms: list[Tag] = []
    answers: list[Tag] = []
    for part in definitions.find_all(["dt", "dd"]):
        if part.find_parent("dl") is not definitions or not markup.is_shown(part):
            continue
        if part.name == "dt":
            if answers:
                yield from _pair(terms, answers)
                terms, answers = [], []
            terms.append(part)
        else:
            answers.append(part)
    yield from _pair(terms, answers)


def _pair(terms: "list[Tag]", answers: "list[Tag]") -> Iterator[Pair]:
    if terms:
        questions = tuple(_line_of_text([term]) for term in terms)
        yield Pair(questions, markup.visible(answers), _line(terms[0]))


def _details(details: "Tag") -> Iterator[Block]:
    """A question that opens; where details hold details, the outer summary is a chapter."""
    summary = details.find("summary", recursive=False)
    rest = [child for child in details.children if child is not summary]
    question = _line_of_text([summary] if summary else [])
    if details.find("details"):
        yield from _blocks(details)
    elif question:
        yield Pair((question,), markup.visible(rest), _line(details))


def _facts(tag: "Tag") -> dict[str, str]:
    """Fields of a list whose every item is ``NAME: VALUE`` with a name of ours; else nothing."""
    if tag.name != "ul":
        return {}
    facts: dict[str, str] = {}
    for item in tag.find_all("li", recursive=False):
        match = _FACT.fullmatch(markup.visible([item]))
        field = field_of(match[1]) if match and match[1] not in _NO_FACTS else None
        if match is None or field is None:
            return {}
        facts[field] = match[2].strip()
    return facts


def _line_of_text(nodes: "Iterable[PageElement]") -> str:
    return markup.visible(nodes).replace("\n", " ")


def _line(tag: "Tag") -> int:
    written = str(tag.get(LINE_ATTRIBUTE, ""))
    return int(written) if re.fullmatch("[0-9]{1,9}", written) else tag.sourceline or 0
