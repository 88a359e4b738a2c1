"""SRTP (RFC 3711) with keys that travel in the session description (SDES, RFC 4568)."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from pylibsrtp import Error, Policy, Session


@dataclass(frozen=True, slots=True)
class _Suite:
    profile: int
    key_bytes: int
    salt_bytes: int


# AES_256_CM (RFC 6188) is not in pylibsrtp; who wants 256 bits has GCM (RFC 7714)
_SUITES = {
    "AES_CM_128_HMAC_SHA1_80": _Suite(Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
    "AES_CM_128_HMAC_SHA1_32": _Suite(Policy.SRTP_PROFILE_AES128_CM_SHA1_32, 16, 14),
    "AEAD_AES_128_GCM": _Suite(Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    "AEAD_AES_256_GCM": _Suite(Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
}
SUITES = tuple(_SUITES)
OFFERED_SUITES = ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")  # what everybody has

LEAST_LIFETIME_PACKETS = 2**20  # nearly six hours of 20 ms packets: a call ends before its key does
MOST_SOURCES = 64  # a call has one, and a new one after each transfer


class KeyInvalid(ValueError):
    """Key parameters that are malformed, or ask for what is not done here; the message says what."""


@dataclass(frozen=True, slots=True)
class SrtpKey:
    """The master key and salt with which one side encrypts. ``repr`` does not show them."""

    suite: str
    master_key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        suite = _SUITES.get(self.suite)
        if suite is None:
            raise KeyInvalid(f"the crypto suite {self.suite[:40]!r} is unknown: use one of {', '.join(SUITES)}")
        if len(self.master_key) != suite.key_bytes or len(self.salt) != suite.salt_bytes:
            raise KeyInvalid(f"{self.suite} takes a key of {suite.key_bytes} and a salt of {suite.salt_bytes} bytes")

    @classmethod
    def new(cls, suite: str) -> Self:
        if suite not in _SUITES:
            return cls(suite, b"", b"")  # says what is wrong with it
        sizes = _SUITES[suite]
        return cls(suite, secrets.token_bytes(sizes.key_bytes), secrets.token_bytes(sizes.salt_bytes))

    @classmethod
    def of_inline(cls, suite: str, parameters: str) -> Self:
        """From ``inline:KEY_AND_SALT[|lifetime]``, the key parameters of RFC 4568 §6.1; :class:`KeyInvalid`.

        More than one key, or a key with a master key identifier, is not done here; nor is a lifetime that a call could
        outlive.
        """
        method, _, rest = parameters.partition(":")
        if method.lower() != "inline":
            raise KeyInvalid("the key is not inline")
        if ";" in rest:
            raise KeyInvalid("there is more than one key")
        encoded, *limits = rest.split("|")
        if any(":" in limit for limit in limits):
            raise KeyInvalid("the key has a master key identifier")
        if len(limits) > 1 or (limits and _lifetime(limits[0]) < LEAST_LIFETIME_PACKETS):
            raise KeyInvalid("the key's lifetime is shorter than a call")
        try:
            # some peers leave the padding out
            both = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except (binascii.Error, ValueError):
            raise KeyInvalid("the key is not base64") from None
        sizes = _SUITES.get(suite)
        at = sizes.key_bytes if sizes else 0
        return cls(suite, both[:at], both[at:])

    @property
    def inline(self) -> str:
        """The key parameters of ``a=crypto``. No lifetime: the longest, which is the default."""
        return "inline:" + base64.b64encode(self.master_key + self.salt).decode("ascii")


def _lifetime(text: str) -> int:
    """In packets; 0 where it is nonsense, or more than RFC 3711 §9.2 lets a key live."""
    base, _, exponent = text.rpartition("^")
    if not (exponent.isascii() and exponent.isdigit() and len(exponent) <= 15 and base in ("", "2")):
        return 0
    packets = int(exponent)
    if base:
        packets = 2**packets if packets <= 48 else 0
    return packets if packets <= 2**48 else 0


class SrtpSession:
    """Both directions of one stream: ``local`` encrypts what is sent, ``remote`` checks and decrypts what arrives.

    A sender begins with a sequence number below 2^15: a peer that misses its first packets would not know whether the
    numbers have wrapped (RFC 3711 §3.3.1), and decrypt nothing.

    A peer that changes its SSRC again and again would have a context for each: after ``MOST_SOURCES`` of them, packets
    of further ones are bad packets.
    """

    def __init__(self, local: SrtpKey, remote: SrtpKey) -> None:
        self._local = local
        self._remote = remote
        self._outbound = _session(local, Policy.SSRC_ANY_OUTBOUND)
        self._inbound = _session(remote, Policy.SSRC_ANY_INBOUND)
        self._sources: set[bytes] = set()

    def change(self, local: SrtpKey, remote: SrtpKey) -> None:
        """New keys in mid-call. A direction whose key stays goes on where it was: no packet index is used twice."""
        if local != self._local:
            self._local = local
            self._outbound = _session(local, Policy.SSRC_ANY_OUTBOUND)
        if remote != self._remote:
            self._remote = remote
            self._inbound = _session(remote, Policy.SSRC_ANY_INBOUND)
            self._sources.clear()

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet of ours, encrypted. ValueError for none of ours: its index was used before, it is too large."""
        return _protected(self._outbound.protect, packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return _protected(self._outbound.protect_rtcp, packet)

    def unprotect(self, packet: bytes) -> bytes | None:
        """The peer's RTP packet in clear; None where it is forged, a repetition, too old, or no SRTP at all."""
        return self._unprotected(self._inbound.unprotect, packet, packet[8:12])

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        return self._unprotected(self._inbound.unprotect_rtcp, packet, packet[4:8])

    def _unprotected(self, unprotect: Callable[[bytes], bytes], packet: bytes, source: bytes) -> bytes | None:
        if source not in self._sources and len(self._sources) >= MOST_SOURCES:
            return None
        try:
            clear = unprotect(packet)
        except (Error, ValueError):
            return None
        self._sources.add(source)  # only now: who forges does not fill the table
        return clear


def _protected(protect: Callable[[bytes], bytes], packet: bytes) -> bytes:
    try:
        return protect(packet)
    except Error as error:
        raise ValueError(f"no packet of {len(packet)} bytes to encrypt: {error}") from None


def _session(key: SrtpKey, sources: int) -> Session:
    return Session(Policy(key.master_key + key.salt, sources, 0, _SUITES[key.suite].profile))
