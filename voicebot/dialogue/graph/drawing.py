"""Graphs as SVG, by nothing but this file and ``layout.py``: no browser, no network, no fonts to measure."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from voicebot.dialogue.graph.graph import Box, Graph, Shape
from voicebot.dialogue.graph.layout import Arrow, Layout, Line, Point, Size, layered

_FONT = "'Noto Sans KR', 'Nanum Gothic', 'NanumGothic', 'Malgun Gothic', 'Apple SD Gothic Neo', sans-serif"
_FONT_PX = 14.0
_LABEL_PX = 12.0
_LINE_PX = 19.0
_WIDEST_EM = 14.0  # of a line in a box; longer texts take two
_MARGIN_PX = 20.0
_TITLE_PX = 40.0

_COLOURS: dict[Shape, tuple[str, str]] = {  # fill, outline
    "begin": ("#1f2937", "#1f2937"),
    "end": ("#e5e7eb", "#6b7280"),
    "say": ("#eff6ff", "#3b82f6"),
    "ask": ("#fefce8", "#ca8a04"),
    "choice": ("#ffffff", "#6b7280"),
    "service": ("#f0fdf4", "#16a34a"),
    "flow": ("#f5f3ff", "#7c3aed"),
    "person": ("#fef2f2", "#dc2626"),
    "other": ("#f9fafb", "#9ca3af"),
}


def svg(graph: Graph) -> str:
    """A whole SVG document."""
    texts = {name: _wrapped(box.text) for name, box in graph.boxes.items()}
    sizes = {name: _box_size(box, texts[name]) for name, box in graph.boxes.items()}
    arrows = [Arrow(edge.source, edge.target, _label_size(edge.text)) for edge in graph.edges]
    layout = _sideways(sizes, arrows) if graph.sideways else layered(sizes, arrows)
    width = max(layout.size[0], _em(graph.title) * _FONT_PX * 1.3) + 2 * _MARGIN_PX
    height = layout.size[1] + 2 * _MARGIN_PX + _TITLE_PX
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{_FONT}" font-size="{_FONT_PX:.0f}" role="img">',
        f"<title>{escape(graph.title)}</title>",
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="#4b5563"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<text x="{_MARGIN_PX:.0f}" y="{_MARGIN_PX + 14:.0f}" font-size="18" font-weight="bold" fill="#111827">'
        f"{escape(graph.title)}</text>",
        f'<g transform="translate({_MARGIN_PX:.0f} {_MARGIN_PX + _TITLE_PX:.0f})">',
    ]
    parts += [_path(line, graph.sideways) for line in layout.lines]
    parts += [_drawn(box, layout.centres[name], sizes[name], texts[name]) for name, box in graph.boxes.items()]
    parts += [_label(edge.text, line.label) for edge, line in zip(graph.edges, layout.lines, strict=True) if edge.text]
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _sideways(sizes: dict[str, Size], arrows: list[Arrow]) -> Layout:
    """Layers as columns: laid out with width and height exchanged, and turned back."""
    turned = layered(
        {name: (height, width) for name, (width, height) in sizes.items()},
        [Arrow(arrow.source, arrow.target, (arrow.label[1], arrow.label[0])) for arrow in arrows],
        gap=(14.0, 60.0),
    )
    return Layout(
        {name: (y, x) for name, (x, y) in turned.centres.items()},
        tuple(
            Line(tuple((y, x) for x, y in line.points), (line.label[1], line.label[0]), line.is_backward)
            for line in turned.lines
        ),
        (turned.size[1], turned.size[0]),
    )


# ---- texts


def _em(text: str) -> float:
    """How wide a text is, in ems, by the width that Unicode gives its characters."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.58 for char in text)


def _wrapped(text: str) -> list[str]:
    """One line, or two that part at a space where there is one."""
    if _em(text) <= _WIDEST_EM:
        return [text]
    places = [index for index, char in enumerate(text) if char == " "] or [len(text) // 2]
    part = min(places, key=lambda index: abs(_em(text[:index]) - _em(text[index:])))
    return [text[:part].strip(), text[part:].strip()]


def _box_size(box: Box, lines: list[str]) -> Size:
    slanted = 28.0 if box.shape in ("choice", "ask", "person") else 0.0
    width = max(_em(line) for line in lines) * _FONT_PX + 24 + slanted
    return max(width, 60.0), len(lines) * _LINE_PX + 14


def _label_size(text: str) -> Size:
    return (_em(text) * _LABEL_PX + 8, _LABEL_PX + 6) if text else (0.0, 0.0)


# ---- shapes


def _drawn(box: Box, centre: Point, size: Size, lines: list[str]) -> str:
    fill, outline = _COLOURS[box.shape]
    ink = "#ffffff" if box.shape == "begin" else "#111827"
    (x, y), (width, height) = centre, size
    top = y - (len(lines) - 1) * _LINE_PX / 2 + _FONT_PX * 0.36
    texts = "".join(
        f'<text x="{x:.1f}" y="{top + index * _LINE_PX:.1f}" text-anchor="middle" fill="{ink}">{escape(line)}</text>'
        for index, line in enumerate(lines)
    )
    return f'<g fill="{fill}" stroke="{outline}">{_outline(box.shape, x, y, width, height)}</g>{texts}'


def _outline(shape: Shape, x: float, y: float, width: float, height: float) -> str:
    left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    match shape:
        case "choice":
            points = [
                (left, y),
                (left + 14, top),
                (right - 14, top),
                (right, y),
                (right - 14, bottom),
                (left + 14, bottom),
            ]
        case "ask":
            points = [(left + 12, top), (right, top), (right - 12, bottom), (left, bottom)]
        case "person":
            points = [(left, top), (right, top), (right - 12, bottom), (left + 12, bottom)]
        case _:
            radius = height / 2 if shape in ("begin", "end") else 12 if shape == "flow" else 3
            inner = ""
            if shape == "service":
                inner = f'<path d="M{left + 5:.1f} {top:.1f}V{bottom:.1f}M{right - 5:.1f} {top:.1f}V{bottom:.1f}"/>'
            place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
            return f'<rect {place} rx="{radius:.1f}"/>{inner}'
    return f'<polygon points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}"/>'


def _path(line: Line, sideways: bool) -> str:
    """Smooth, and upright where it passes a layer."""
    (x, y), *rest = line.points
    path = f"M{x:.1f} {y:.1f}"
    for next_x, next_y in rest:
        if sideways:
            middle = (x + next_x) / 2
            path += f"C{middle:.1f} {y:.1f} {middle:.1f} {next_y:.1f} {next_x:.1f} {next_y:.1f}"
        else:
            middle = (y + next_y) / 2
            path += f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {next_y:.1f}"
        x, y = next_x, next_y
    style = ' stroke-dasharray="5 4"' if line.is_backward else ""
    return f'<path d="{path}" fill="none" stroke="#4b5563" stroke-width="1.3" marker-end="url(#arrow)"{style}/>'


def _label(text: str, place: Point) -> str:
    width, height = _label_size(text)
    x, y = place
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" '
        f'fill="#ffffff"/><text x="{x:.1f}" y="{y + _LABEL_PX * 0.36:.1f}" text-anchor="middle" '
        f'font-size="{_LABEL_PX:.0f}" fill="#374151">{escape(text)}</text>'
    )
