"""Who tries keys: addresses that sent too many wrong ones wait."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from aicc.service.network import network_of

WRONG_KEYS = 20  # from one address
WINDOW_S = 60.0
MAX_ADDRESSES = 4_096  # the one longest without a wrong key is forgotten first


class WrongKeys:
    """Counts wrong keys by address; an IPv6 caller owns a whole /64, so that counts as one."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str) -> int:
        """For how many whole seconds ``address`` may not try again; 0: it may."""
        times = self._times.get(network_of(address))
        if times is None or len(times) < WRONG_KEYS:
            return 0
        return max(0, math.ceil(times[0] + WINDOW_S - self._clock_s()))

    def came_from(self, address: str) -> None:
        """A wrong key."""
        network = network_of(address)
        self._times.setdefault(network, deque(maxlen=WRONG_KEYS)).append(self._clock_s())
        self._times.move_to_end(network)
        if len(self._times) > MAX_ADDRESSES:
            self._times.popitem(last=False)
