"""Who may try to sign in: names and addresses with too many failures wait."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from aicc.service.network import network_of

OF_A_NAME, OF_AN_ADDRESS = 5, 20  # failures
WINDOW_S = 15 * 60.0
MOST_KNOWN = 4_096  # names and addresses each; the one longest without a failure is forgotten first


class LoginLimit:
    """Counts failures by name and by address; an IPv6 caller owns a whole /64, so that counts as one.

    An attempt counts from its beginning, so that many at once do not slip through. An address from which somebody has
    signed in counts by itself for that name: strangers who try a name do not lock out the person at their own desk.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._names = _Failures(OF_A_NAME, clock_s)
        self._addresses = _Failures(OF_AN_ADDRESS, clock_s)
        self._welcome: OrderedDict[tuple[str, str], None] = OrderedDict()

    def begin(self, name: str, address: str) -> int:
        """Takes an attempt for a failure, until it has succeeded, and answers 0; or for how many whole seconds nobody
        may try, and then nothing is counted."""
        network, key = network_of(address), self._key(name, address)
        wait_s = max(self._names.wait_s(key), self._addresses.wait_s(network))
        if not wait_s:
            self._names.add(key)
            self._addresses.add(network)
        return wait_s

    def succeeded(self, name: str, address: str) -> None:
        """The attempt that has begun was none of a guesser."""
        network = network_of(address)
        self._names.forget(self._key(name, address))
        self._addresses.take_back(network)
        self._welcome[name, network] = None
        self._welcome.move_to_end((name, network))
        if len(self._welcome) > MOST_KNOWN:
            self._welcome.popitem(last=False)

    def _key(self, name: str, address: str) -> str:
        network = network_of(address)
        return f"{name}\n{network}" if (name, network) in self._welcome else name


class _Failures:
    def __init__(self, most: int, clock_s: Callable[[], float]) -> None:
        self._most, self._clock_s = most, clock_s
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> int:
        times = self._times.get(key)
        if times is None or len(times) < self._most:
            return 0
        return max(0, math.ceil(times[0] + WINDOW_S - self._clock_s()))

    def add(self, key: str) -> None:
        self._times.setdefault(key, deque(maxlen=self._most)).append(self._clock_s())
        self._times.move_to_end(key)
        if len(self._times) > MOST_KNOWN:
            self._times.popitem(last=False)

    def take_back(self, key: str) -> None:
        if times := self._times.get(key):
            times.pop()

    def forget(self, key: str) -> None:
        self._times.pop(key, None)
