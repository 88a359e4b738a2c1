"""Which of the formats of a media line are spoken here: sound, keys that are pressed, comfort noise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from voicebot.doors.rtp.sdp import STATIC_FORMATS, Format, Media

CodecName = Literal["opus", "PCMU", "PCMA"]

# with the payload types of our offers; the sound is at 16 kHz and mono, whatever opus could do (RFC 7587 §6.1)
CODECS: Mapping[CodecName, Format] = {
    "opus": Format(111, "opus", 48_000, 2, "maxplaybackrate=16000;sprop-maxcapturerate=16000"),
    "PCMU": Format(0, "PCMU", 8_000),
    "PCMA": Format(8, "PCMA", 8_000),
}
EVENTS: Mapping[int, Format] = {  # by their clock (RFC 4733 §2.4.1: 0 to 15 are the keys)
    8_000: Format(101, "telephone-event", 8_000, 1, "0-15"),
    48_000: Format(110, "telephone-event", 48_000, 1, "0-15"),
}
COMFORT = Format(13, "CN", 8_000)  # RFC 3389

_DYNAMIC = range(96, 128)  # RFC 3551 §6
_CODEC_OF: Mapping[tuple[str, int, int], CodecName] = {
    (format.encoding.lower(), format.clock_hz, format.channels): name for name, format in CODECS.items()
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What of a media line is spoken here, in our words and with its payload types.

    ``sounds`` in its order; ``events`` by their clock.
    """

    sounds: Mapping[CodecName, Format]
    events: Mapping[int, Format]
    comfort: Format | None

    @classmethod
    def of(cls, media: Media, codecs: Collection[CodecName], known: Mapping[int, Format] = STATIC_FORMATS) -> Spoken:
        """``known``: what payload types without ``a=rtpmap`` are."""
        sounds: dict[CodecName, Format] = {}
        events: dict[int, Format] = {}
        comfort: Format | None = None
        for format in media.rtp_formats(known):
            encoding = format.encoding.lower()
            name = _CODEC_OF.get((encoding, format.clock_hz, format.channels))
            if name and name in codecs and name not in sounds:
                sounds[name] = replace(CODECS[name], payload_type=format.payload_type)
            elif encoding == "telephone-event" and format.clock_hz in EVENTS and format.clock_hz not in events:
                events[format.clock_hz] = replace(EVENTS[format.clock_hz], payload_type=format.payload_type)
            elif encoding == "cn" and format.clock_hz == COMFORT.clock_hz:
                comfort = comfort or replace(COMFORT, payload_type=format.payload_type)
        return cls(sounds, events, comfort)

    def events_beside(self, codec: CodecName) -> Format | None:
        """On the codec's clock (RFC 4733 §2.1); but many a telephone has only those of 8 kHz, beside opus as well."""
        return self.events.get(CODECS[codec].clock_hz) or next(iter(self.events.values()), None)

    def comfort_beside(self, codec: CodecName) -> Format | None:
        return self.comfort if CODECS[codec].clock_hz == COMFORT.clock_hz else None

    def beside(self, codec: CodecName) -> list[Format]:
        """The codec, and the keys and the comfort noise that go with it."""
        found = (self.sounds[codec], self.events_beside(codec), self.comfort_beside(codec))
        return [format for format in found if format]


def offered(codecs: Iterable[CodecName], seen: Mapping[int, Format]) -> list[Format]:
    """What to offer: ``codecs`` in that order, their keys, comfort noise.

    ``seen`` are the payload types that either side has used in this session, the newest last: what one has stood for it
    stands for to the end (RFC 3264 §8.3.2).
    """
    wanted = [CODECS[codec] for codec in codecs]
    clocks = dict.fromkeys(format.clock_hz for format in wanted)
    wanted += [EVENTS[clock_hz] for clock_hz in clocks]
    if COMFORT.clock_hz in clocks:
        wanted.append(COMFORT)
    formats: list[Format] = []
    taken = set(seen)
    for format in wanted:
        known = [payload_type for payload_type, other in seen.items() if _is_same(format, other)]
        free = [payload_type for payload_type in (format.payload_type, *_DYNAMIC) if payload_type not in taken]
        for payload_type in (known[-1:] + free)[:1]:
            taken.add(payload_type)
            formats.append(replace(format, payload_type=payload_type))
    return formats


def _is_same(one: Format, other: Format) -> bool:
    return (one.encoding.lower(), one.clock_hz, one.channels) == (
        other.encoding.lower(),
        other.clock_hz,
        other.channels,
    )
