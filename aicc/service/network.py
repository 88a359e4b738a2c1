"""Whom a limit counts as one caller."""

from __future__ import annotations

import ipaddress

IPV6_NETWORK_BITS = 64  # that one customer of a provider has, RFC 6177


def network_of(address: str) -> str:
    """The /64 of an IPv6 address, since a caller owns all of it; an IPv4 address as it is, also where it comes mapped
    into IPv6. What is no address stands for itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, IPV6_NETWORK_BITS), strict=False))
