"""Who is behind a reverse proxy that this site has named: the others may say what they like."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

MOST_HOPS = 16


def caller_address(address: str, forwarded: str, proxies: Sequence[str]) -> str:
    """``address`` is who is on the wire, ``forwarded`` the X-Forwarded-For of a request, ``proxies`` networks.

    Proxies append who has asked them, so that it is read from its end: the first address that is no proxy's is the
    caller's. What is no address ends the reading, as nobody here has written it.
    """
    networks = [ipaddress.ip_network(network) for network in proxies]
    found = address
    for said in [*forwarded.split(",")[-MOST_HOPS:][::-1], ""]:
        try:
            parsed = ipaddress.ip_address(found)
        except ValueError:
            break
        if not any(parsed in network for network in networks):
            break
        try:
            found = str(ipaddress.ip_address(said.strip().strip("[]")))
        except ValueError:
            break
    return found
