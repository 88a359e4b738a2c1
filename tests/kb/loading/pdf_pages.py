"""A PDF of text, written by hand: an unembedded font whose code points are what a reader extracts."""

from collections.abc import Sequence
from pathlib import Path

LINE_POINTS = 14


def write_pdf(path: Path, pages: Sequence[Sequence[str]]) -> Path:
    """One line of text below the other on each page (PDF 1.7, ISO 32000-1, sections 7.5 and 9.10.3)."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(content: bytes) -> bytes:
        return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)

    characters = sorted({character for page in pages for line in page for character in line})
    to_unicode = add(stream(_to_unicode(characters)))
    descendant = add(
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nanum /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    )
    font = add(
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Nanum /Encoding /Identity-H "
        b"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (descendant, to_unicode)
    )
    tree = len(objects) + 2 * len(pages) + 1
    kids = []
    for page in pages:
        content = add(stream(_shown(page)))
        kids.append(
            add(
                b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                b"/Resources << /Font << /F1 %d 0 R >> >> >>" % (tree, content, font)
            )
        )
    add(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % kid for kid in kids), len(kids)))
    root = add(b"<< /Type /Catalog /Pages %d 0 R >>" % tree)
    path.write_bytes(_file(objects, root))
    return path


def _shown(lines: Sequence[str]) -> bytes:
    moves = b"\n".join(
        b"<%s> Tj 0 -%d Td" % (line.encode("utf-16-be").hex().encode(), LINE_POINTS) for line in lines if line
    )
    return b"BT /F1 11 Tf 50 800 Td\n%s\nET" % moves


def _to_unicode(characters: Sequence[str]) -> bytes:
    codes = [character.encode("utf-16-be").hex().encode() for character in characters]
    blocks = b"".join(
        b"%d beginbfchar\n%s\nendbfchar\n" % (len(some), b"\n".join(b"<%s> <%s>" % (code, code) for code in some))
        for some in (codes[begin : begin + 100] for begin in range(0, len(codes), 100))
    )
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /C def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + blocks + b"endcmap end end"
    )


def _file(objects: Sequence[bytes], root: int) -> bytes:
    content = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table[:])
    start = content.index(b"xref\n0 ")
    return content + b"trailer << /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start)
