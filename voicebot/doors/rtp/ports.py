"""UDP ports in pairs from a configured range: an even one for RTP, the next for RTCP (RFC 3550, section 11)."""

from __future__ import annotations

import random
import socket

MOST_TRIES = 500  # a range that is so full has no room for calls; looking on would hold up those that are in


class NoPorts(OSError):
    """No pair is free; the message says what to do."""


def open_pair(host: str, first: int, last: int) -> tuple[socket.socket, socket.socket]:
    """Sockets for RTP and RTCP, bound to ``host`` and two ports from ``first`` to ``last``, that do not block.

    ``host`` is an IP address. The search begins anywhere, so that a port that was given back is not in use at once
    again: packets of the last call may still come. :class:`NoPorts` where none is free, or ``host`` is not this
    machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    evens = range(first + first % 2, last, 2)
    begin = random.randrange(len(evens)) if evens else 0
    problem = ""
    for n in range(min(len(evens), MOST_TRIES)):
        port = evens[(begin + n) % len(evens)]
        rtp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        rtcp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            rtp.bind((host, port))
            rtcp.bind((host, port + 1))
        except OSError as error:
            rtp.close()
            rtcp.close()
            problem = f" ({(error.strerror or str(error)).lower()})"
            continue
        return rtp, rtcp
    raise NoPorts(f"no two free UDP ports from {first} to {last} on {host}{problem}: widen the range of ports")
