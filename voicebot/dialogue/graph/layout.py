"""Where the boxes and lines of a drawing go: a layered layout, every arrow downward but those of loops.

After Gansner, Koutsofios, North and Vo, "A Technique for Drawing Directed Graphs" (1993), in its plainest form: layers
by the longest way, order within layers by barycentres, places by least squares (pool adjacent violators). A label takes
a place of its own in the layer between two boxes, so that nothing overlaps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]
Size = tuple[float, float]

ORDER_SWEEPS = 12
PLACE_SWEEPS = 16
_STRAIGHT = 6.0  # how much more a long line wants to be straight than a box wants to stand below its neighbour


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another; ``label`` is the size of its text in pixels."""

    source: str
    target: str
    label: Size = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Line:
    """The points that an arrow runs through, from its source to its target, and where its label stands."""

    points: tuple[Point, ...]
    label: Point
    is_backward: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of boxes, one line for each arrow, and the size of it all, in pixels. y runs downward."""

    centres: Mapping[str, Point]
    lines: tuple[Line, ...]
    size: Size


@dataclass(slots=True)
class _Layers:
    """Boxes, labels and the bends of long lines, each in a layer: all are nodes, numbered."""

    sizes: list[Size] = field(default_factory=list)
    layer_of: list[int] = field(default_factory=list)
    above: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    below: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    boxes: int = 0

    def add(self, size: Size, layer: int) -> int:
        self.sizes.append(size)
        self.layer_of.append(layer)
        return len(self.sizes) - 1

    def join(self, upper: int, lower: int) -> None:
        self.below[upper].append(lower)
        self.above[lower].append(upper)

    def rows(self) -> list[list[int]]:
        rows: list[list[int]] = [[] for _ in range(max(self.layer_of, default=0) + 1)]
        for node, layer in enumerate(self.layer_of):
            rows[layer].append(node)
        return rows


def layered(sizes: Mapping[str, Size], arrows: Sequence[Arrow], gap: Size = (28.0, 22.0)) -> Layout:
    """Places boxes of ``sizes`` (width, height); boxes come first that are written first, where all else is equal.

    ``gap`` is the least distance beside a box, and above and below one.
    """
    number = {name: index for index, name in enumerate(sizes)}
    backward = _backward(list(sizes), arrows)
    downward = [
        (number[arrow.target], number[arrow.source])
        if index in backward
        else (number[arrow.source], number[arrow.target])
        for index, arrow in enumerate(arrows)
    ]
    depth = _longest_ways(len(sizes), downward)
    layers = _Layers(boxes=len(sizes))
    for name, size in sizes.items():
        layers.add(size, 2 * depth[number[name]])
    chains = [_chain(layers, pair, arrow.label) for pair, arrow in zip(downward, arrows, strict=True)]
    rows = _ordered(layers)
    across = _placed(layers, rows, gap[0])
    down = _depths(layers, rows, gap[1])
    lines = tuple(_line(layers, chain, across, down, index in backward) for index, chain in enumerate(chains))
    width = max((across[node] + layers.sizes[node][0] / 2 for node in range(len(across))), default=0.0)
    height = max((down[layers.layer_of[node]] + layers.sizes[node][1] / 2 for node in range(len(across))), default=0.0)
    centres = {name: (across[index], down[layers.layer_of[index]]) for name, index in number.items()}
    return Layout(centres, lines, (width, height))


def _backward(names: Sequence[str], arrows: Sequence[Arrow]) -> set[int]:
    """The arrows that close a loop, found depth first; turned round, they leave none."""
    leaving: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, arrow in enumerate(arrows):
        leaving[arrow.source].append((index, arrow.target))
    found: set[int] = set()
    done: set[str] = set()
    for begin in names:
        open_boxes = {begin: iter(leaving[begin])} if begin not in done else {}
        while open_boxes:
            name = next(reversed(open_boxes))
            index, target = next(open_boxes[name], (-1, ""))
            if index < 0:
                done.add(name)
                del open_boxes[name]
            elif target in open_boxes:
                found.add(index)
            elif target not in done:
                open_boxes[target] = iter(leaving[target])
    return found


def _longest_ways(count: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    depth = [0] * count
    for _ in range(count):
        changed = False
        for upper, lower in pairs:
            if upper != lower and depth[lower] < depth[upper] + 1:
                depth[lower] = depth[upper] + 1
                changed = True
        if not changed:
            break
    return depth


def _chain(layers: _Layers, pair: tuple[int, int], label: Size) -> list[int]:
    """The nodes of a line from the upper to the lower box: its label in the first layer between, then its bends."""
    upper, lower = pair
    chain = [upper]
    for layer in range(layers.layer_of[upper] + 1, layers.layer_of[lower]):
        bend = layers.add(label if len(chain) == 1 else (0.0, 0.0), layer)
        layers.join(chain[-1], bend)
        chain.append(bend)
    if upper != lower:
        layers.join(chain[-1], lower)
    return [*chain, lower]


# ---- the order within layers


def _ordered(layers: _Layers) -> list[list[int]]:
    rows = layers.rows()
    best, fewest = [list(row) for row in rows], _crossings(layers, rows)
    for sweep in range(ORDER_SWEEPS):
        is_downward = sweep % 2 == 0
        neighbours = layers.above if is_downward else layers.below
        place = {node: index for row in rows for index, node in enumerate(row)}
        for row in rows if is_downward else reversed(rows):
            means = {node: _mean([place[other] for other in neighbours[node]], place[node]) for node in row}
            row.sort(key=means.__getitem__)
            place.update((node, index) for index, node in enumerate(row))
        crossings = _crossings(layers, rows)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(layers: _Layers, rows: list[list[int]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {node: index for index, node in enumerate(lower)}
        ends = [place[below] for node in upper for below in sorted(layers.below[node], key=place.__getitem__)]
        count += sum(first > second for index, first in enumerate(ends) for second in ends[index + 1 :])
    return count


# ---- places


def _placed(layers: _Layers, rows: list[list[int]], gap: float) -> list[float]:
    """x of each node: near those it is joined to, in its row's order, and no nearer to its neighbours than ``gap``."""
    across = [0.0] * len(layers.sizes)
    for row in rows:
        left = 0.0
        for node in row:
            across[node] = left + layers.sizes[node][0] / 2
            left += layers.sizes[node][0] + gap
    for sweep in range(PLACE_SWEEPS):
        is_downward = sweep % 2 == 0
        neighbours = layers.above if is_downward else layers.below
        for row in rows if is_downward else reversed(rows):
            # both sides in the last sweeps: what is below counts where nothing is above
            joined = {node: neighbours[node] or layers.above[node] + layers.below[node] for node in row}
            wanted = [_mean([across[other] for other in joined[node]], across[node]) for node in row]
            weights = [_STRAIGHT if node >= layers.boxes else 1.0 for node in row]
            for node, place in zip(row, _apart(layers, row, wanted, weights, gap), strict=True):
                across[node] = place
    leftmost = min((across[node] - layers.sizes[node][0] / 2 for node in range(len(across))), default=0.0)
    return [place - leftmost for place in across]


def _apart(layers: _Layers, row: list[int], wanted: list[float], weights: list[float], gap: float) -> list[float]:
    """The places nearest to ``wanted`` in least squares that keep the row's order and distances."""
    offsets, offset = [], 0.0
    for index, node in enumerate(row):
        if index:
            offset += (layers.sizes[row[index - 1]][0] + layers.sizes[node][0]) / 2 + gap
        offsets.append(offset)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, nodes
    for place, shift, weight in zip(wanted, offsets, weights, strict=True):
        blocks.append((place - shift, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, heavy, count), (other, weight_of_other, more) = blocks.pop(-2), blocks.pop()
            total = heavy + weight_of_other
            blocks.append(((mean * heavy + other * weight_of_other) / total, total, count + more))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + shift for mean, shift in zip(means, offsets, strict=True)]


def _depths(layers: _Layers, rows: list[list[int]], gap: float) -> list[float]:
    """y of each layer's middle."""
    depths, top = [], 0.0
    for row in rows:
        height = max((layers.sizes[node][1] for node in row), default=0.0)
        depths.append(top + height / 2)
        top += height + gap / (1 if height else 2)
    return depths


def _line(layers: _Layers, chain: list[int], across: list[float], down: list[float], is_backward: bool) -> Line:
    upper, lower = chain[0], chain[-1]
    middle = [(across[node], down[layers.layer_of[node]]) for node in chain[1:-1]]
    start = (_port(layers, across, upper, chain[1]), down[layers.layer_of[upper]] + layers.sizes[upper][1] / 2)
    end = (_port(layers, across, lower, chain[-2]), down[layers.layer_of[lower]] - layers.sizes[lower][1] / 2)
    points = (start, *middle, end)
    label = middle[0] if middle else start
    return Line(tuple(reversed(points)) if is_backward else points, label, is_backward)


def _port(layers: _Layers, across: list[float], box: int, other: int) -> float:
    """Where along its edge a box is left, or reached: on the side of what comes next."""
    reach = layers.sizes[box][0] / 4
    return across[box] + max(-reach, min(reach, across[other] - across[box]))
