"""How unevenly packets arrive: by how much the slow ones are later than the fastest, over the last ten seconds."""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from itertools import islice

BLOCK_MS = 1_000
BLOCKS = 10
BASE_BLOCKS = 3  # a sender that was stopped may go on with its timestamps as if no time had passed
COUNTED_ON = 5  # as often as that in ten seconds a packet must be so late before it is waited for
BURST_MS = 5  # packets so close behind each other were held up together


@dataclass(slots=True)
class _Block:
    """The least and the five largest transits of one second."""

    began_ms: float
    least_ms: float
    most_ms: list[float] = field(default_factory=list)  # in ascending order


class Delays:
    """A packet's transit is when it arrived less when its sound began, by clocks that drift: only differences count.

    What comes later than nearly all others, as behind a stall of a busy sender, is not counted on when it comes once
    in two seconds or less: waiting for its like would make every answer late, and not waiting is heard as a stutter.
    Packets that were held up together count as one.
    """

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque(maxlen=BLOCKS)
        self._last_transit_ms = 0.0
        self._last_at_ms = float("-inf")
        self.base_ms = 0.0
        self.spread_ms = 0.0

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def add(self, position_ms: float, at_ms: float) -> None:
        """A packet whose sound begins at ``position_ms`` has arrived at ``at_ms``.

        Sets ``base_ms``, the transit of the fastest in three seconds, and ``spread_ms``, how much later than that
        others must be expected.
        """
        transit_ms = at_ms - position_ms
        block = self._blocks[-1] if self._blocks else None
        if block is None or at_ms >= block.began_ms + BLOCK_MS:
            while self._blocks and self._blocks[0].began_ms < at_ms - BLOCKS * BLOCK_MS:
                self._blocks.popleft()
            block = _Block(at_ms, transit_ms)
            self._blocks.append(block)
            self._settle()
        was_held_up_with_others = at_ms - self._last_at_ms < BURST_MS and transit_ms < self._last_transit_ms
        self._last_transit_ms, self._last_at_ms = transit_ms, at_ms
        if transit_ms < block.least_ms:
            block.least_ms = transit_ms
            self._settle()
        most_ms = block.most_ms
        if was_held_up_with_others or (len(most_ms) == COUNTED_ON and transit_ms <= most_ms[0]):
            return
        insort(most_ms, transit_ms)
        del most_ms[:-COUNTED_ON]
        self._settle()

    def _settle(self) -> None:
        self.base_ms = min(block.least_ms for block in islice(reversed(self._blocks), BASE_BLOCKS))
        most_ms = sorted(transit_ms for block in self._blocks for transit_ms in block.most_ms)[-COUNTED_ON:]
        self.spread_ms = most_ms[0] - self.base_ms if len(most_ms) == COUNTED_ON else 0.0
