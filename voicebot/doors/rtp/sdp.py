"""Session descriptions (SDP, RFC 8866) as far as calls have them; what is in no field here is dropped when read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

LARGEST_CHARS = 32_768  # a browser's longest has 10,000
MOST_LINES = 500  # and 250
MOST_MEDIA = 32  # each is answered with a line

Attribute = tuple[str, str]
"""``a=name:value``; the value of a flag is empty."""


class SdpInvalid(ValueError):
    """No session description; the message says in which line, and why."""


def number(text: str, most: int) -> int:
    """-1 where it is none, or more than ``most``. int() would take other digits, signs and underscores as well."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return -1
    value = int(text)
    return value if value <= most else -1


@dataclass(frozen=True, slots=True)
class Format:
    """What a payload type stands for: ``a=rtpmap`` or RFC 3551 §6, and ``a=fmtp`` behind it."""

    payload_type: int
    encoding: str
    clock_hz: int
    channels: int = 1
    parameters: str = ""

    @property
    def rtpmap(self) -> str:
        channels = f"/{self.channels}" if self.channels > 1 else ""
        return f"{self.payload_type} {self.encoding}/{self.clock_hz}{channels}"


@dataclass(frozen=True, slots=True)
class Crypto:
    """``a=crypto`` (RFC 4568 §9.1): ``key`` are its key parameters, ``session`` its session parameters."""

    tag: int
    suite: str
    key: str
    session: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """``o=``: who describes which session, for which time."""

    username: str
    session_id: str
    version: str
    host: str


# those that calls use of RFC 3551 §6
STATIC_FORMATS = {
    0: Format(0, "PCMU", 8_000),
    3: Format(3, "GSM", 8_000),
    8: Format(8, "PCMA", 8_000),
    9: Format(9, "G722", 8_000),
    13: Format(13, "CN", 8_000),
    18: Format(18, "G729", 8_000),
}


@dataclass(frozen=True, slots=True)
class Media:
    """``m=`` and what follows it. ``formats`` as written; ``host`` of its own ``c=``, None where it has none."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    host: str | None = None
    attributes: tuple[Attribute, ...] = ()

    def has(self, name: str) -> bool:
        return self.value(name) is not None

    def value(self, name: str) -> str | None:
        """The first attribute of that name."""
        return _value(self.attributes, name)

    def values(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]

    def rtp_formats(self, known: Mapping[int, Format] = STATIC_FORMATS) -> list[Format]:
        """In the order of ``formats``, which is that of preference.

        What has no ``a=rtpmap`` is what it is in ``known``, or left out.
        """
        mapped = dict(known)
        mapped.update((format.payload_type, format) for value in self.values("rtpmap") if (format := _format(value)))
        for value in self.values("fmtp"):
            payload_type, parameters = _numbered(value)
            if payload_type in mapped:
                mapped[payload_type] = replace(mapped[payload_type], parameters=parameters)
        payload_types = dict.fromkeys(number(text, 127) for text in self.formats)
        return [mapped[payload_type] for payload_type in payload_types if payload_type in mapped]

    def cryptos(self) -> list[Crypto]:
        """In the order of preference; without malformed ones."""
        return [crypto for value in self.values("crypto") if (crypto := _crypto(value))]


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """``host`` and ``attributes`` of the session hold where a media line has none of its own."""

    origin: Origin
    media: tuple[Media, ...]
    host: str | None = None
    attributes: tuple[Attribute, ...] = ()

    def value(self, name: str) -> str | None:
        """The first attribute of that name, of the session."""
        return _value(self.attributes, name)

    def host_of(self, media: Media) -> str | None:
        """Where that wants its packets, as written: an address, or a name; None where nothing says it."""
        return self.host if media.host is None else media.host


def read_sdp(text: str) -> SessionDescription:
    """Takes bare line feeds, blank lines, and lines in an odd order; :class:`SdpInvalid`."""
    if len(text) > LARGEST_CHARS:
        raise SdpInvalid(f"the session description has {len(text)} characters: {LARGEST_CHARS} are read")
    origin: Origin | None = None
    host: str | None = None
    attributes: list[Attribute] = []
    described: list[tuple[tuple[str, int, str, tuple[str, ...]], list[str], list[Attribute]]] = []
    is_first = True
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MOST_LINES:
        raise SdpInvalid(f"the session description has {len(lines)} lines: {MOST_LINES} are read")
    for at, line in enumerate(lines, 1):
        if not (line := line.strip()):
            continue
        letter, equals, value = line[0], line[1:2], line[2:]
        if equals != "=":
            raise SdpInvalid(f"line {at} of the session description is not x=value: {line[:40]!r}")
        if is_first and line != "v=0":
            raise SdpInvalid(f"the session description begins with {line[:40]!r}: only v=0 is read")
        is_first = False
        try:
            match letter:
                case "a":
                    name, _, said = value.partition(":")
                    (described[-1][2] if described else attributes).append((name.strip(), said.strip()))
                case "m":
                    if len(described) == MOST_MEDIA:
                        raise ValueError(f"there are more than {MOST_MEDIA} media lines")
                    described.append((_media(value), [], []))
                case "c" if described:
                    described[-1][1].append(_connection(value))
                case "c":
                    host = _connection(value)
                case "o" if not described:
                    origin = _origin(value)
        except ValueError as error:
            raise SdpInvalid(f"line {at} of the session description, {line[:40]!r}: {error}") from None
    if origin is None:
        raise SdpInvalid("the session description has no o= line")
    return SessionDescription(
        origin,
        tuple(Media(*media, hosts[0] if hosts else None, tuple(said)) for media, hosts, said in described),
        host,
        tuple(attributes),
    )


def write_sdp(description: SessionDescription) -> str:
    """With CRLF behind each line."""
    origin = description.origin
    lines = [
        "v=0",
        f"o={origin.username} {origin.session_id} {origin.version} {_address(origin.host)}",
        "s=-",
    ]
    if description.host is not None:
        lines.append(f"c={_address(description.host)}")
    lines.append("t=0 0")
    lines += map(_attribute, description.attributes)
    for media in description.media:
        lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
        if media.host is not None:
            lines.append(f"c={_address(media.host)}")
        lines += map(_attribute, media.attributes)
    return "\r\n".join([*lines, ""])


def _address(host: str) -> str:
    return f"IN {'IP6' if ':' in host else 'IP4'} {host}"


def _attribute(attribute: Attribute) -> str:
    name, value = attribute
    return f"a={name}:{value}" if value else f"a={name}"


def _value(attributes: tuple[Attribute, ...], name: str) -> str | None:
    return next((value for attribute, value in attributes if attribute == name), None)


def _numbered(value: str) -> tuple[int, str]:
    payload_type, _, rest = value.partition(" ")
    return number(payload_type, 127), rest.strip()


def _format(rtpmap: str) -> Format | None:
    payload_type, encoding = _numbered(rtpmap)
    name, _, rest = encoding.partition("/")
    clock, _, channels = rest.partition("/")
    clock_hz, channel_count = number(clock, 1_000_000), number(channels or "1", 255)
    if payload_type < 0 or not name or clock_hz <= 0 or channel_count <= 0:
        return None
    return Format(payload_type, name, clock_hz, channel_count)


def _crypto(value: str) -> Crypto | None:
    words = value.split()
    if len(words) < 3 or (tag := number(words[0], 999_999_999)) < 0:
        return None
    return Crypto(tag, words[1], words[2], tuple(words[3:]))


def _media(value: str) -> tuple[str, int, str, tuple[str, ...]]:
    words = value.split()
    if len(words) < 3:
        raise ValueError("a media line has a kind, a port, a protocol and formats")
    if not (value.isascii() and value.isprintable()):  # it is sent back in the answer
        raise ValueError("there are strange characters")
    port = number(words[1].partition("/")[0], 65_535)
    if port < 0:
        raise ValueError("that is no port")
    return words[0], port, words[2], tuple(words[3:])


def _connection(value: str) -> str:
    words = value.split()
    if len(words) != 3 or words[0] != "IN":
        raise ValueError("a connection is IN IP4 or IP6 and an address")
    return words[2].partition("/")[0]  # behind it how far multicast goes


def _origin(value: str) -> Origin:
    words = value.rsplit(None, 5)  # user names with spaces are forbidden, and seen
    if len(words) != 6:
        raise ValueError("an origin has six words")
    return Origin(words[0], words[1], words[2], words[5])
