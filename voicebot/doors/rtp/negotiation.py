"""Offer and answer for one audio stream (RFC 3264)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.formats import CodecName, Spoken, offered
from voicebot.doors.rtp.key_exchange import Encryption, Keys, check_profile, is_secure, keys_of_answer, keys_to_answer
from voicebot.doors.rtp.peer import FRAME_MS, Direction, Peer, is_address, is_nowhere
from voicebot.doors.rtp.sdp import Format, Media, Origin, SdpInvalid, SessionDescription, read_sdp, write_sdp
from voicebot.doors.rtp.srtp import OFFERED_SUITES, SrtpKey

__all__ = ["Agreed", "CodecName", "Direction", "Encryption", "Means", "Negotiation", "NotAcceptable"]


@dataclass(frozen=True, slots=True)
class Means:
    """What this side can do. ``host`` is the IP address that descriptions show; ``codecs`` in the order of our offers.

    ValueError for a host that is none, or means any: the peer would think that it is on hold.
    ``srtp``: "optional" takes encryption where it is offered and offers none itself.
    """

    host: str
    rtp_port: int
    rtcp_port: int
    codecs: tuple[CodecName, ...] = ("opus", "PCMU", "PCMA")
    srtp: Encryption = "optional"

    def __post_init__(self) -> None:
        if not is_address(self.host) or is_nowhere(self.host):
            raise ValueError(f"descriptions show an IP address that packets can come to: {self.host!r} is none")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What both sides have agreed on for one audio stream.

    ``codec``, ``payload_type`` and ``clock_hz`` (48,000 for opus) are what we send with; ``receives`` are the payload
    types that may come. ``event_payload_type`` is what we send keys with (RFC 4733), None where the peer takes none;
    ``event_types`` are those that may come. ``comfort_payload_type``: RFC 3389. ``remote`` has the address 0.0.0.0 or
    :: where the peer holds the call in the old way; ``remote_rtcp`` equals it where both share a port, here as well
    (RFC 5761). ``direction`` is ours. ``packet_ms`` in one packet of ours: 20, 40 or 60, with opus always 20.
    """

    codec: CodecName
    payload_type: int
    clock_hz: int
    receives: Mapping[int, CodecName]
    event_payload_type: int | None
    event_clock_hz: int
    event_types: frozenset[int]
    comfort_payload_type: int | None
    remote: tuple[str, int]
    remote_rtcp: tuple[str, int]
    direction: Direction
    packet_ms: int = FRAME_MS
    local_srtp: SrtpKey | None = None
    remote_srtp: SrtpKey | None = None

    @property
    def is_held(self) -> bool:
        """Whether we may not send."""
        return self.direction in ("recvonly", "inactive")


class Negotiation:
    """The descriptions of one session from its first to its last, and what is ``agreed`` by now.

    A description that is refused changes nothing: what was agreed holds on.
    """

    def __init__(self, means: Means) -> None:
        self.means = means
        self.agreed: Agreed | None = None
        self._session_id = str(secrets.randbelow(2**62))
        self._version = 0
        self._said: tuple[Media, ...] = ()
        self._at = 0  # the line of our audio
        self._offered: Media | None = None  # the last description was ours, with this
        self._profile = "RTP/AVP"
        self._keys: Keys | None = None
        self._new_keys: dict[int, SrtpKey] = {}  # by their tags in an offer
        if means.srtp == "required":
            self._profile = "RTP/SAVP"
            self._new_keys = {tag: SrtpKey.new(suite) for tag, suite in enumerate(OFFERED_SUITES, 1)}
        self._offered_keys = self._new_keys
        self._seen: dict[int, Format] = {}

    def answer(self, sdp: str) -> str:
        """Ours to the peer's offer, the first or a later one; :class:`NotAcceptable`.

        The first audio that can be used is taken, everything else is refused in the answer (RFC 3264 §6). The codec is
        the first of the peer's that we have; in a later offer the one that is spoken already, if it is still there.
        """
        theirs = _read(sdp)
        refusals: list[NotAcceptable] = []
        for at, media in enumerate(theirs.media):
            if media.kind == "audio":
                try:
                    answer = self._answer(theirs, media)
                except NotAcceptable as refusal:
                    refusals.append(refusal)
                    continue
                said = [_refused(other) for other in theirs.media]
                said[at] = answer
                self._at, self._offered = at, None
                return self._describe(said)
        raise refusals[0] if refusals else NotAcceptable("the offer has no audio")

    def offer(self) -> str:
        """Ours, for the peer to answer: all that we have. In a later one the codec that is spoken now comes first."""
        codecs, packet_ms, is_muxed = self.means.codecs, FRAME_MS, False
        if agreed := self.agreed:
            codecs = (agreed.codec, *(codec for codec in codecs if codec != agreed.codec))
            packet_ms, is_muxed = agreed.packet_ms, agreed.remote_rtcp == agreed.remote
        self._offered_keys = {self._keys.tag: self._keys.local} if self._keys else self._new_keys
        formats = offered(codecs, self._seen)
        self._see(formats)
        self._offered = self._audio(
            self._profile, formats, packet_ms, "sendrecv", self._offered_keys, is_muxed=is_muxed
        )
        said = list(self._said)
        said[self._at : self._at + 1] = [self._offered]
        return self._describe(said)

    def take_answer(self, sdp: str) -> None:
        """The peer's to :meth:`offer`. A later one to the same offer replaces it; :class:`NotAcceptable`."""
        if self._offered is None:
            raise NotAcceptable("an answer came, but nothing was offered")
        theirs = _read(sdp)
        media = theirs.media[self._at] if self._at < len(theirs.media) else None
        if media is None or media.kind != "audio":
            raise NotAcceptable(f"the answer has no audio in media line {self._at + 1}, where it was offered")
        check_profile(media)
        if is_secure(media) != is_secure(self._offered):
            raise NotAcceptable(f"{self._offered.protocol} was offered, the answer is {media.protocol}")
        keys = keys_of_answer(media, self.means.srtp, self._offered_keys)
        peer = Peer.of(theirs, media, self.means.host, may_mux=self._offered.has("rtcp-mux"))
        known = {format.payload_type: format for format in self._offered.rtp_formats()}
        spoken, ours = Spoken.of(media, self.means.codecs, known), Spoken.of(self._offered, self.means.codecs)
        codec = next(iter(spoken.sounds), None)
        if codec is None:
            raise self._not_spoken(media)
        # they send with our payload types (RFC 3264 §6.1), but some with their own
        receives = {
            format.payload_type: name for name, format in spoken.sounds.items() if format.payload_type not in known
        }
        receives |= {format.payload_type: name for name, format in ours.sounds.items()}
        events = {format.payload_type for format in spoken.events.values()} - known.keys()
        events |= {format.payload_type for format in ours.events.values()}
        self._see(media.rtp_formats(known))
        self._agree(peer, spoken, codec, receives, events, keys)

    def _answer(self, theirs: SessionDescription, media: Media) -> Media:
        keys = keys_to_answer(media, self.means.srtp, self._keys)
        peer = Peer.of(theirs, media, self.means.host)
        spoken = Spoken.of(media, self.means.codecs)
        codec = next(iter(spoken.sounds), None)
        if codec is None:
            raise self._not_spoken(media)
        if self.agreed and self.agreed.codec in spoken.sounds:
            codec = self.agreed.codec
        formats, events = spoken.beside(codec), spoken.events_beside(codec)
        self._see(media.rtp_formats())
        agreed = self._agree(
            peer,
            spoken,
            codec,
            {formats[0].payload_type: codec},
            {events.payload_type} if events else set(),
            keys,
        )
        self._profile = media.protocol
        local = {keys.tag: keys.local} if keys else {}
        return self._audio(media.protocol, formats, agreed.packet_ms, agreed.direction, local, is_muxed=peer.is_muxed)

    def _agree(
        self,
        peer: Peer,
        spoken: Spoken,
        codec: CodecName,
        receives: Mapping[int, CodecName],
        event_types: Set[int],
        keys: Keys | None,
    ) -> Agreed:
        sound, events, comfort = spoken.sounds[codec], spoken.events_beside(codec), spoken.comfort_beside(codec)
        self._keys = keys
        self.agreed = agreed = Agreed(
            codec=codec,
            payload_type=sound.payload_type,
            clock_hz=sound.clock_hz,
            receives=receives,
            event_payload_type=events.payload_type if events else None,
            event_clock_hz=events.clock_hz if events else sound.clock_hz,
            event_types=frozenset(event_types),
            comfort_payload_type=comfort.payload_type if comfort else None,
            remote=peer.remote,
            remote_rtcp=peer.remote_rtcp,
            direction=peer.direction,
            packet_ms=FRAME_MS if codec == "opus" else peer.packet_ms,  # a packet of opus is one of the encoder's
            local_srtp=keys.local if keys else None,
            remote_srtp=keys.remote if keys else None,
        )
        return agreed

    def _audio(
        self,
        protocol: str,
        formats: list[Format],
        packet_ms: int,
        direction: Direction,
        keys: Mapping[int, SrtpKey],
        *,
        is_muxed: bool,
    ) -> Media:
        attributes = [("rtpmap", format.rtpmap) for format in formats]
        attributes += [
            ("fmtp", f"{format.payload_type} {format.parameters}") for format in formats if format.parameters
        ]
        attributes += [("ptime", str(packet_ms)), (direction, "")]
        if is_muxed:
            attributes.append(("rtcp-mux", ""))
        elif self.means.rtcp_port != self.means.rtp_port + 1:
            attributes.append(("rtcp", str(self.means.rtcp_port)))
        attributes += [("crypto", f"{tag} {key.suite} {key.inline}") for tag, key in keys.items()]
        payload_types = tuple(str(format.payload_type) for format in formats)
        return Media("audio", self.means.rtp_port, protocol, payload_types, None, tuple(attributes))

    def _describe(self, said: list[Media]) -> str:
        """The version grows when something has changed (RFC 3264 §8)."""
        if tuple(said) != self._said:
            self._version += 1
            self._said = tuple(said)
        origin = Origin("-", self._session_id, str(self._version), self.means.host)
        return write_sdp(SessionDescription(origin, self._said, self.means.host))

    def _see(self, formats: Iterable[Format]) -> None:
        for format in formats:
            self._seen.pop(format.payload_type, None)
            self._seen[format.payload_type] = format

    def _not_spoken(self, media: Media) -> NotAcceptable:
        theirs = ", ".join(format.encoding for format in media.rtp_formats()) or "none that is known"
        return NotAcceptable(f"no codec in common: theirs are {theirs[:200]!r}, ours {', '.join(self.means.codecs)}")


def _read(sdp: str) -> SessionDescription:
    try:
        return read_sdp(sdp)
    except SdpInvalid as error:
        raise NotAcceptable(str(error)) from error


def _refused(media: Media) -> Media:
    """RFC 3264 §6: in its place, with port 0; the formats count for nothing."""
    return Media(media.kind, 0, media.protocol, media.formats[:1] or ("0",))
