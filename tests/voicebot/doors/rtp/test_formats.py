from voicebot.doors.rtp.formats import CodecName, Spoken, offered
from voicebot.doors.rtp.sdp import Format, Media

ALL: tuple[CodecName, ...] = ("opus", "PCMU", "PCMA")


def spoken(formats: str, *maps: str, codecs: tuple[CodecName, ...] = ALL) -> Spoken:
    attributes = tuple(("rtpmap", map) for map in maps)
    return Spoken.of(Media("audio", 4_000, "RTP/AVP", tuple(formats.split()), None, attributes), codecs)


def test_codecs_keep_the_order_and_the_payload_types_of_the_line() -> None:
    found = spoken("8 18 97 96 0", "96 opus/48000/2", "97 PCMU/8000")
    assert [(name, format.payload_type) for name, format in found.sounds.items()] == [
        ("PCMA", 8),
        ("PCMU", 97),  # the first of two
        ("opus", 96),
    ]
    assert list(spoken("8 96 0", "96 opus/48000/2", codecs=("PCMU",)).sounds) == ["PCMU"]


def test_names_count_in_any_case_but_clock_and_channels_as_they_are() -> None:
    assert list(spoken("96 97", "96 Opus/48000/2", "97 pcma/8000/1").sounds) == ["opus", "PCMA"]
    assert not spoken("96 97 98", "96 opus/16000/2", "97 opus/48000", "98 PCMU/16000").sounds


def test_keys_are_on_the_codecs_clock_where_there_are_such() -> None:
    found = spoken("96 0 101 110", "96 opus/48000/2", "101 telephone-event/8000", "110 telephone-event/48000")
    assert [format.payload_type for format in found.beside("opus")] == [96, 110]
    assert [format.payload_type for format in found.beside("PCMU")] == [0, 101]
    only = spoken("96 0 101", "96 opus/48000/2", "101 telephone-event/8000")
    assert [format.payload_type for format in only.beside("opus")] == [96, 101]
    assert spoken("0 101", "101 telephone-event/16000").beside("PCMU") == [Format(0, "PCMU", 8_000)]


def test_comfort_noise_is_for_8_khz() -> None:
    found = spoken("96 0 13", "96 opus/48000/2")
    assert found.comfort_beside("opus") is None
    assert found.comfort_beside("PCMU") == Format(13, "CN", 8_000)
    assert spoken("0 98", "98 CN/16000").comfort is None


def payload_types(codecs: tuple[CodecName, ...], seen: dict[int, Format]) -> list[tuple[int, str, int]]:
    return [(format.payload_type, format.encoding, format.clock_hz) for format in offered(codecs, seen)]


def test_an_offer_has_what_goes_with_its_codecs() -> None:
    assert payload_types(("PCMA", "opus"), {}) == [
        (8, "PCMA", 8_000),
        (111, "opus", 48_000),
        (101, "telephone-event", 8_000),
        (110, "telephone-event", 48_000),
        (13, "CN", 8_000),
    ]
    assert payload_types(("opus",), {}) == [(111, "opus", 48_000), (110, "telephone-event", 48_000)]


def test_payload_types_stand_for_what_they_have_stood_for() -> None:
    seen = {
        96: Format(96, "OPUS", 48_000, 2),
        111: Format(111, "telephone-event", 48_000),
        110: Format(110, "speex", 8_000),
        98: Format(98, "opus", 48_000, 2),  # the newer
    }
    assert payload_types(("opus",), seen) == [(98, "opus", 48_000), (111, "telephone-event", 48_000)]
    del seen[111]
    assert payload_types(("opus",), seen)[1] == (97, "telephone-event", 48_000)


def test_what_finds_no_payload_type_is_not_offered() -> None:
    seen = {number: Format(number, "x", 8_000) for number in range(96, 128)}
    assert payload_types(("opus", "PCMU"), seen) == [(0, "PCMU", 8_000), (13, "CN", 8_000)]
