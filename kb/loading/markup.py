"""What a browser would show of HTML, as lines of text; scripts, styles and hidden parts are not shown."""

import html
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from bs4.element import PageElement

# Neither text for people nor part of an answer.
DROPPED = frozenset(
    "script style noscript template iframe frame object embed applet svg math canvas audio video head title meta link "
    "base nav footer form input button select option textarea".split()
)
BREAKING = frozenset(
    "address article aside blockquote br caption dd details dialog div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 "
    "h6 header hr li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_INLINE = frozenset(
    "a abbr b bdi bdo big body center cite code del em font html i img ins kbd mark q s samp small span strike strong "
    "sub sup tt u var wbr".split()
)
_KNOWN = "|".join(sorted(DROPPED | BREAKING | _INLINE))
# <AS 접수>, <A 세트> and 3 < 5 are text: a tag has a known name, and attributes in Latin letters
_TAG = re.compile(rf"<(?:!--|/?(?:{_KNOWN})(?=[\s/>]|$)(?:\s+[A-Za-z_:@][^<>]*(?:>|$)|[\s/]*>))", re.IGNORECASE)
_NOT_A_TAG = re.compile(rf"<(?!!--|/?(?:{_KNOWN})(?=[\s/>]|$)(?:\s+[A-Za-z_:@]|[\s/]*>))", re.IGNORECASE)
_OPEN_OR_CLOSED = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)[a-z]", re.IGNORECASE
)
# Time to parse grows with the square of the depth. Pages of old leave <p> and <li> open, thousands of times.
DEEPEST = 5_000
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]+\d*);", re.IGNORECASE)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A tag may be written as entities that are written as entities; nobody does so more often in good faith.
_DEEPEST = 4


def plain(text: str) -> str:
    """``text`` without the tags and entities that a web editor left in it; other angle brackets stay."""
    for _ in range(_DEEPEST):
        shown = html.unescape(text) if _ENTITY.search(text) else text
        if _TAG.search(shown):
            shown = visible(parse(_NOT_A_TAG.sub("&lt;", shown)).contents)
        if shown == text:
            break
        text = shown
    return _TAG.sub("", text)


def parse(page: str) -> "BeautifulSoup":
    """The page as a tree whose tags know their line (``sourceline``); RecursionError where they nest without end."""
    from bs4 import BeautifulSoup

    depth = 0
    for tag in _OPEN_OR_CLOSED.finditer(page):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST:
            raise RecursionError("tags nest without end")
    return BeautifulSoup(page, "html.parser")


def visible(nodes: "Iterable[PageElement]") -> str:
    """The text of the nodes, a line for each block."""
    pieces = "".join(piece for node in nodes for piece in _pieces(node))
    lines = (" ".join(line.split()) for line in pieces.split("\n"))
    return "\n".join(line for line in lines if line)


def is_shown(node: "PageElement") -> bool:
    """False for comments, scripts and whatever the page hides."""
    _, tag, silent = _kinds()
    if isinstance(node, silent):
        return False
    if not isinstance(node, tag):
        return True
    if node.name in DROPPED or node.has_attr("hidden") or node.get("aria-hidden") == "true":
        return False
    return not _HIDING.search(str(node.get("style", "")))


def _pieces(node: "PageElement") -> Iterator[str]:
    string, tag, _ = _kinds()
    if not is_shown(node):
        return
    if isinstance(node, string):
        yield re.sub(r"\s+", " ", str(node))
    elif isinstance(node, tag):
        # cells of one row stay in its line
        mark = " " if node.name in ("td", "th") else "\n" if node.name in BREAKING else ""
        yield mark
        for child in node.children:
            yield from _pieces(child)
        yield mark


@cache
def _kinds() -> tuple[Any, "type[Tag]", Any]:
    """The classes of text, of tags, and of strings that are not text; bs4 loads with the first page, not before."""
    from bs4.element import NavigableString, PreformattedString, Tag

    return NavigableString, Tag, PreformattedString
