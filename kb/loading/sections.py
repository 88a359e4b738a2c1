"""Pages: headings that are questions, the text below them that is the answer, and pairs of both."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kb.loading.row import Row


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` is 1 to 6."""

    level: int
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list such as ``- 태그: 배송; 요금`` directly below a heading says of its entry, by field."""

    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its answer, as ``<details>`` and ``<dl>`` have them; further questions are examples."""

    questions: tuple[str, ...]
    answer: str
    line: int


Block = Heading | Text | Facts | Pair


@dataclass(slots=True)
class _Section:
    heading: Heading
    above: tuple[str, ...]
    texts: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    is_chapter: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.above, self.heading.text)


def read_sections(source: str, blocks: Iterable[Block], defaults: Mapping[str, str]) -> Iterator[Row]:
    """A row for each pair and for each heading that is a question; ``defaults`` hold for all of them.

    A heading with neither text nor anything else below it is a question without an answer. One that holds others and
    no text is a chapter, which the category of those names. The page's title, the only heading of the first level, is
    a chapter even where an introduction follows it.
    """
    sections, pairs = _sections(blocks)
    rows = [(pair.line, _pair_row(source, pair, above, defaults)) for above, pair in pairs]
    titles = [section for section in sections if section.heading.level == 1]
    for section in sections:
        is_title = titles == [section] and section.is_chapter
        if not is_title and (section.texts or not section.is_chapter):
            rows.append((section.heading.line, _section_row(source, section, defaults)))
    yield from (row for _, row in sorted(rows, key=lambda numbered: numbered[0]))


def _sections(blocks: Iterable[Block]) -> tuple[list[_Section], list[tuple[tuple[str, ...], Pair]]]:
    sections: list[_Section] = []
    pairs: list[tuple[tuple[str, ...], Pair]] = []
    open_sections: list[_Section] = []
    for block in blocks:
        if isinstance(block, Heading):
            while open_sections and open_sections[-1].heading.level >= block.level:
                open_sections.pop()
            for section in open_sections:
                section.is_chapter = True
            path = open_sections[-1].path if open_sections else ()
            open_sections.append(_Section(block, path))
            sections.append(open_sections[-1])
        elif isinstance(block, Pair):
            for section in open_sections:
                section.is_chapter = True
            pairs.append((open_sections[-1].path if open_sections else (), block))
        elif open_sections and isinstance(block, Text):
            open_sections[-1].texts.append(block.text)
        elif open_sections and isinstance(block, Facts):
            if open_sections[-1].texts:
                open_sections[-1].texts += [f"{name}: {said}" for name, said in block.cells.items()]
            else:
                open_sections[-1].facts |= block.cells
    return sections, pairs


def _section_row(source: str, section: _Section, defaults: Mapping[str, str]) -> Row:
    cells = {
        "category": " > ".join(section.above),
        **defaults,
        **section.facts,
        "question": section.heading.text,
        "answer": "\n".join(section.texts),
    }
    return Row(source, section.heading.line, cells, " > ".join(section.path))


def _pair_row(source: str, pair: Pair, above: tuple[str, ...], defaults: Mapping[str, str]) -> Row:
    question, *others = pair.questions
    cells = {
        "category": " > ".join(above),
        **defaults,
        "question": question,
        "answer": pair.answer,
        "examples": "\n".join(others),
    }
    return Row(source, pair.line, cells, " > ".join((*above, question)))
