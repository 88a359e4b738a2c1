"""A browser's offer and our answer to it (RFC 9429 as far as one audio stream has it): rtcp-mux, BUNDLE, DTLS-SRTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aioice import Candidate

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.negotiation import Agreed, CodecName, Direction
from voicebot.doors.rtp.sdp import Format, Media, Origin, SdpInvalid, SessionDescription, read_sdp, write_sdp
from voicebot.doors.webrtc.ice import MOST_CANDIDATES, Credentials, read_candidate

CODECS: tuple[tuple[CodecName, int, int], ...] = (("opus", 48_000, 2), ("PCMU", 8_000, 1), ("PCMA", 8_000, 1))
OURS: dict[str, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
HASHES = ("sha-256", "sha-384", "sha-512")
# What the recognizer hears is 16 kHz: the browser need not send more. RFC 7587 section 6.1
OPUS_PARAMETERS = "minptime=10;useinbandfec=1;maxplaybackrate=16000;sprop-maxcapturerate=16000"
NOWHERE = ("0.0.0.0", 9)  # RFC 8840 section 4.1.1: candidates say where


@dataclass(frozen=True, slots=True)
class BrowserOffer:
    """What an offer asks for. ``fingerprints`` are (algorithm, value); ``is_client``: this side begins the handshake.

    ``media`` is the number of the media line that is taken; the others are refused.
    """

    agreed: Agreed
    credentials: Credentials
    fingerprints: tuple[tuple[str, str], ...]
    is_client: bool
    candidates: tuple[Candidate, ...]
    description: SessionDescription
    media: int


def read_offer(sdp: str) -> BrowserOffer:
    """:class:`NotAcceptable` for what is no description, and for what no browser would offer."""
    try:
        description = read_sdp(sdp)
    except SdpInvalid as error:
        raise NotAcceptable(str(error)) from error
    audio = [number for number, media in enumerate(description.media) if media.kind == "audio" and media.port]
    if not audio:
        raise NotAcceptable("the offer has no audio: add a track or a transceiver of kind audio")
    media = description.media[audio[0]]

    def said(name: str) -> str:
        return media.value(name) or description.value(name) or ""

    if "SAVP" not in media.protocol or not media.has("rtcp-mux"):
        raise NotAcceptable("the offer's audio is not that of a browser: UDP/TLS/RTP/SAVPF with rtcp-mux")
    if description.value("ice-lite") is not None:
        raise NotAcceptable("the offer is of an ice-lite endpoint: this side does not control ICE")
    credentials = Credentials(said("ice-ufrag"), said("ice-pwd"))
    if not 4 <= len(credentials.username) <= 256 or not 22 <= len(credentials.password) <= 256:
        raise NotAcceptable("the offer has no ice-ufrag and ice-pwd")
    setup = said("setup") or "actpass"
    if setup not in ("actpass", "active", "passive"):
        raise NotAcceptable(f'the offer\'s setup is "{setup}": actpass, active and passive are known')
    direction = next((ours for theirs, ours in OURS.items() if media.has(theirs)), None)
    direction = direction or next(
        (ours for theirs, ours in OURS.items() if description.value(theirs) is not None), None
    )
    candidates = [read_candidate(text) for text in media.values("candidate")]
    return BrowserOffer(
        agreed=_agree(media, direction or "sendrecv"),
        credentials=credentials,
        fingerprints=_fingerprints(media.values("fingerprint") or [said("fingerprint")]),
        is_client=setup != "active",  # RFC 8842 section 5.3: who answers actpass had better begin
        candidates=tuple(candidate for candidate in candidates if candidate)[:MOST_CANDIDATES],
        description=description,
        media=audio[0],
    )


def _fingerprints(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    pairs = [
        (algorithm.lower(), value.strip().upper()) for algorithm, _, value in (text.partition(" ") for text in texts)
    ]
    known = tuple(sorted({pair for pair in pairs if pair[0] in HASHES and pair[1]}))
    if not known:
        raise NotAcceptable(f"the offer has no fingerprint of a certificate by {', '.join(HASHES)}")
    return known


def _agree(media: Media, direction: Direction) -> Agreed:
    formats = media.rtp_formats()
    for codec, clock_hz, channels in CODECS:
        wanted = [format for format in formats if _is(format, codec, clock_hz) and format.channels == channels]
        if wanted:
            break
    else:
        raise NotAcceptable(f"the offer has none of the codecs {', '.join(codec for codec, _, _ in CODECS)}")
    # Firefox offers keys at 8,000 Hz alone, whatever the codec's clock (RFC 4733 section 2.1 would have the same)
    events = [format for format in formats if _is(format, "telephone-event", None)]
    event = next((format for format in events if format.clock_hz == clock_hz), events[0] if events else None)
    return Agreed(
        codec=codec,
        payload_type=wanted[0].payload_type,
        clock_hz=clock_hz,
        receives={wanted[0].payload_type: codec},
        event_payload_type=event.payload_type if event else None,
        event_clock_hz=event.clock_hz if event else clock_hz,
        event_types=frozenset({event.payload_type} if event else ()),
        comfort_payload_type=None,
        remote=NOWHERE,
        remote_rtcp=NOWHERE,
        direction=direction,
    )


def _is(format: Format, encoding: str, clock_hz: int | None) -> bool:
    return format.encoding.lower() == encoding.lower() and clock_hz in (None, format.clock_hz)


def write_answer(
    offer: BrowserOffer,
    origin: Origin,
    credentials: Credentials,
    candidates: Iterable[Candidate],
    fingerprint: str,
    is_client: bool,
) -> str:
    """Ours, with every candidate; ``fingerprint`` is SHA-256. What is not taken is refused by port 0 (RFC 3264 §6)."""
    taken = offer.description.media[offer.media]
    agreed = offer.agreed
    payload_types = [agreed.payload_type]
    attributes = [("mid", mid)] if (mid := taken.value("mid")) else []
    attributes += [(agreed.direction, ""), ("rtcp-mux", ""), ("msid", "bot bot")]
    channels = "/2" if agreed.codec == "opus" else ""
    attributes.append(("rtpmap", f"{agreed.payload_type} {agreed.codec}/{agreed.clock_hz}{channels}"))
    if agreed.codec == "opus":
        attributes.append(("fmtp", f"{agreed.payload_type} {OPUS_PARAMETERS}"))
    if agreed.event_payload_type is not None:
        payload_types.append(agreed.event_payload_type)
        attributes.append(("rtpmap", f"{agreed.event_payload_type} telephone-event/{agreed.event_clock_hz}"))
        attributes.append(("fmtp", f"{agreed.event_payload_type} 0-15"))
    attributes.append(("ptime", str(agreed.packet_ms)))
    attributes += [("ice-ufrag", credentials.username), ("ice-pwd", credentials.password)]
    attributes += [("fingerprint", f"sha-256 {fingerprint}"), ("setup", "active" if is_client else "passive")]
    attributes += [("candidate", candidate.to_sdp()) for candidate in candidates]
    attributes.append(("end-of-candidates", ""))
    ours = Media("audio", NOWHERE[1], taken.protocol, tuple(map(str, payload_types)), NOWHERE[0], tuple(attributes))
    described = [ours if media is taken else _refused(media) for media in offer.description.media]
    groups = [("group", f"BUNDLE {mid}")] if mid and offer.description.value("group") else []
    return write_sdp(SessionDescription(origin, tuple(described), None, (*groups, ("msid-semantic", "WMS *"))))


def _refused(media: Media) -> Media:
    mid = media.value("mid")
    return Media(
        media.kind,
        0,
        media.protocol,
        media.formats or ("0",),
        NOWHERE[0],
        (("inactive", ""), *([("mid", mid)] if mid else [])),
    )
