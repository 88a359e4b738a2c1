"""Markdown: headings are questions, and below them are their answers.

Front matter says what holds for all of a file, a list directly below a heading what holds for its entry:

    ---
    분류: 배송
    ---
    ## 배송비는 얼마인가요?
    - 태그: 배송비; 요금
    - 예문: 택배비가 얼마예요 | 배송료 있나요

    3만 원 이상은 무료입니다.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from kb.loading.columns import field_of
from kb.loading.html_file import LINE_ATTRIBUTE, read_page
from kb.loading.plain_file import read_text
from kb.loading.row import Row, Unreadable

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
# Of a whole file only these can be said.
_SHARED = ("category", "tags", "valid_from", "valid_until")


def read(path: Path) -> Iterator[Row]:
    from markdown_it import MarkdownIt

    text, defaults = _front_matter(read_text(path))
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        if token.map and token.nesting >= 0:
            token.attrSet(LINE_ATTRIBUTE, str(token.map[0] + 1))
    yield from read_page(str(path), parser.renderer.render(tokens, parser.options, {}), defaults)


def _front_matter(text: str) -> tuple[str, dict[str, str]]:
    """The text with as many lines as before, and the fields of its front matter."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return text, {}
    try:
        content = yaml.safe_load(match[1]) or {}
    except yaml.YAMLError:
        raise Unreadable("its front matter is not YAML", "write one NAME: VALUE a line between the two ---") from None
    if not isinstance(content, dict):
        return text, {}
    fields = {field_of(str(name)): value for name, value in content.items()}
    defaults = {field: _written(fields[field]) for field in _SHARED if fields.get(field) is not None}
    return "\n" * match[0].count("\n") + text[match.end() :], defaults


def _written(value: object) -> str:
    return "\n".join(str(item) for item in value) if isinstance(value, list) else str(value)
