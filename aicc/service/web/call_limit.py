"""How many calls a minute one address may begin from pages: somebody who plays with the button is not everybody."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from aicc.service.network import network_of

MOST_ADDRESSES = 10_000


class CallLimit:
    """A bucket of ``calls_a_minute`` for each address, filled again evenly; IPv6 by its /64.

    When ``MOST_ADDRESSES`` are known, the one that was not heard of for longest begins anew.
    """

    def __init__(self, calls_a_minute: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._most = float(calls_a_minute)
        self._now_s = now_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lets_in(self, address: str) -> bool:
        """Whether one more call is not one too many; where it is not, it counts."""
        network, now_s = network_of(address), self._now_s()
        left, at_s = self._buckets.pop(network, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._most / 60)
        lets_in = left >= 1
        self._buckets[network] = left - lets_in, now_s
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return lets_in
