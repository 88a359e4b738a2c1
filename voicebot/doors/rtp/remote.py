"""Where packets go, and whose are taken: symmetric RTP (RFC 4961) with latching (RFC 7362, section 4)."""

from __future__ import annotations

SILENT_MS = 1_000  # who is heard and says nothing for so long may have moved; and the last packets of who has are in

NOWHERE = ("0.0.0.0", "::")  # the hold of RFC 2543: nobody has moved

Address = tuple[str, int]


class Remote:
    """Packets go to where the description says, until some have come: then to where they come from.

    ``is_certain`` says that packets prove who sent them (SRTP): from wherever they come, they are the peer's. Without
    that, an address that is not the description's is believed if it is the first, or the one before has been silent.
    """

    def __init__(self, described: Address, described_rtcp: Address, *, is_certain: bool) -> None:
        self._described, self._described_rtcp = described, described_rtcp
        self._is_certain = is_certain
        self._latched: Address | None = None
        self._latched_rtcp: Address | None = None
        self._heard_ms = 0.0
        self._former: Address | None = None  # its last packets are still on their way
        self._former_until_ms = 0.0

    def change(self, described: Address, described_rtcp: Address, now_ms: float, *, is_certain: bool) -> None:
        """A later description. Where it names other addresses, packets go there, and the first that come are believed.

        Those from where they came before are taken, and answered again where they do not stop within a second.
        """
        self._is_certain = is_certain
        if (described, described_rtcp) == (self._described, self._described_rtcp) or described[0] in NOWHERE:
            return
        self._described, self._described_rtcp = described, described_rtcp
        self._former, self._former_until_ms = self._latched or self._former, now_ms + SILENT_MS
        self._latched = self._latched_rtcp = None

    def takes(self, source: Address, now_ms: float) -> bool:
        """Whether RTP from there may be the peer's."""
        return (
            source == self._latched
            or source == self._described
            or self._latched is None
            or self._is_certain
            or now_ms - self._heard_ms > SILENT_MS
        )

    def heard(self, source: Address, now_ms: float) -> None:
        """RTP that was taken from there was RTP indeed."""
        if source != self._latched and (source != self._former or now_ms >= self._former_until_ms):
            self._latched = source
        self._heard_ms = now_ms

    def takes_rtcp(self, source: Address) -> bool:
        hosts = {self._described_rtcp[0], self._described[0]}
        if self._latched:
            hosts.add(self._latched[0])
        return self._is_certain or source[0] in hosts

    def heard_rtcp(self, source: Address) -> None:
        self._latched_rtcp = source

    @property
    def is_muxed(self) -> bool:
        """Whether RTP and RTCP share a port (RFC 5761)."""
        return self._described == self._described_rtcp

    @property
    def address(self) -> Address:
        return self._latched or self._described

    @property
    def rtcp_address(self) -> Address:
        if self.is_muxed:
            return self.address
        if self._latched_rtcp is None and self._latched is not None and self._latched[0] != self._described[0]:
            return self._latched[0], min(self._latched[1] + 1, 65_535)  # the described one is behind a translator
        return self._latched_rtcp or self._described_rtcp
