import contextlib
import random
from functools import partial

import pytest

from tests.timing import cpu_s, timed
from tests.voicebot.doors.sip.torture import TORTURES, Torture
from voicebot.doors.sip.message import MOST_BYTES, Message, MessageInvalid, Request, Response, read

INVITE = (
    "INVITE sip:15881234@10.0.0.2:5060;transport=udp SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKPjabcdefghijkl\r\n"
    "Via: SIP/2.0/UDP 192.168.0.5:5062;received=192.0.2.4;rport=5062;branch=z9hG4bKPj2222\r\n"
    "Max-Forwards: 69\r\n"
    "Record-Route: <sip:10.0.0.1;lr;ftag=as+b%41>\r\n"
    'From: "김철수" <sip:01012345678@10.0.0.1>;tag=abc+def\r\n'
    "To: <sip:15881234@10.0.0.2>\r\n"
    "Contact: <sip:01012345678@192.168.0.5:5062;ob>\r\n"
    "Call-ID: abcdefgh-1234@192.168.0.5\r\n"
    "CSeq: 1234 INVITE\r\n"
    "Supported: replaces, 100rel, timer\r\n"
    "Content-Type: application/sdp\r\n"
    "Content-Length: 5\r\n"
    "\r\nv=0\r\n"
).encode()


def changed(before: str, after: str) -> bytes:
    """INVITE with one thing changed."""
    assert before.encode() in INVITE
    return INVITE.replace(before.encode(), after.encode(), 1)


def asked(data: bytes) -> Request:
    message = read(data)
    assert isinstance(message, Request)
    return message


def refusal(data: bytes) -> MessageInvalid:
    with pytest.raises(MessageInvalid) as caught:
        read(data)
    return caught.value


def use_all(message: Message) -> None:
    """Every accessor that is promised not to raise."""
    assert message.via
    for name in ("from_address", "to_address", "cseq", "call_id", "contact", "route", "record_route", "max_forwards"):
        getattr(message, name)
    for name in ("require", "supported", "content_type", "content_length", "accept", "expires", "min_expires"):
        getattr(message, name)
    str(message.from_address), str(message.to_address)


# ---- RFC 4475


@pytest.mark.parametrize("torture", TORTURES, ids=lambda torture: torture.name)
def test_a_message_of_rfc_4475_is_read_as_it_says(torture: Torture) -> None:
    if torture.read == "valid":
        use_all(read(torture.data))
        return
    invalid = refusal(torture.data)
    if torture.read == "dropped":
        assert invalid.request is None
    else:
        assert invalid.request is not None
        assert invalid.code == torture.read
        assert invalid.request.via[0].host


def tortured(name: str) -> Message:
    return read(next(torture.data for torture in TORTURES if torture.name == name))


def test_a_short_tortuous_invite_means_what_the_rfc_means() -> None:
    message = tortured("wsinv")
    assert message.to_address.parameters["tag"] == "1918181833n"
    assert message.from_address.name == 'J Rosenberg \\"'
    assert (message.max_forwards, message.cseq.sequence) == (68, 9)
    assert [(via.transport, via.host, via.parameters["branch"]) for via in message.via] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert dict(message.contact[0].parameters) == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert message.headers["Subject"] == ""
    assert message.headers["NewFangledHeader"] == "newfangled value continued newfangled value"
    assert len(message.body) == 150


def test_unusual_characters_are_kept() -> None:
    message = tortured("intmeth")
    assert isinstance(message, Request)
    assert message.method == message.cseq.method == "!interesting-Method0123456789_*+`.%indeed'~"
    assert message.to_address.name == "BEL:\x07 NUL:\x00 DEL:\x7f"
    assert message.from_address.name == "token1~` token2'+_ token3*%!.-"
    assert message.from_address.parameters["tag"] == "_token~1'+`*%!-."
    assert message.uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"


def test_escapes_are_undone_in_uris_only() -> None:
    message = tortured("esc01")
    assert isinstance(message, Request)
    assert (message.uri.user, message.uri.host) == ("sips:user@example.com", "example.net")
    assert dict(message.contact[0].uri.parameters) == {"lr": None, "name": "value%41"}
    assert str(message.contact[0].uri) == "sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31"
    method = tortured("esc02")
    assert isinstance(method, Request)
    assert method.method == "RE%47IST%45R"
    assert [contact.uri.user for contact in method.contact] == ["alias1", "alias3"]


def test_what_follows_the_body_in_a_datagram_is_dropped() -> None:
    message = tortured("dblreq")
    assert isinstance(message, Request)
    assert (message.method, message.body) == ("REGISTER", b"")


def test_a_reason_phrase_may_be_anything_and_nothing() -> None:
    told, silent = tortured("unreason"), tortured("noreason")
    assert isinstance(told, Response) and isinstance(silent, Response)
    assert told.phrase.startswith("= 2**3 * 5**2 но сто")
    assert (silent.code, silent.phrase) == (100, "")


# ---- what is put right


def test_a_message_with_bare_line_feeds_is_read() -> None:
    message = asked(INVITE.replace(b"\r\n", b"\n").replace(b"Content-Length: 5", b"Content-Length: 4"))
    use_all(message)
    assert message.body == b"v=0\n"


def test_compact_names_and_any_case_are_one_header() -> None:
    message = asked(changed("From:", "f :").replace(b"Call-ID:", b"I:").replace(b"Content-Length", b"CONTENT-LENGTH"))
    assert message.from_address.uri.user == "01012345678"
    assert message.call_id == "abcdefgh-1234@192.168.0.5"
    assert message.content_length == 5


def test_line_ends_before_the_start_line_are_passed_over() -> None:
    assert asked(b"\r\n\r\n" + INVITE).method == "INVITE"


def test_a_name_in_cp949_is_read_as_old_exchanges_send_it() -> None:
    message = asked(INVITE.replace("김철수".encode(), "홍길동".encode("cp949")))
    assert message.from_address.name == "홍길동"


def test_bytes_that_are_no_text_are_some_text() -> None:
    message = asked(INVITE.replace("김철수".encode(), b"\xff\xfe\xff"))
    assert message.from_address.name.isprintable()


def test_a_star_contact_is_no_contact() -> None:
    assert asked(changed("<sip:01012345678@192.168.0.5:5062;ob>", "*")).contact == []


def test_unreadable_times_and_accepts_are_as_if_they_were_absent() -> None:
    message = asked(changed("Max-Forwards", "Expires: soon\r\nAccept: ;;\r\nMax-Forwards"))
    assert (message.expires, message.accept) == (None, None)


def test_a_list_over_commas_and_lines_is_one_list_even_with_quotes() -> None:
    routes = 'Route: "a, b" <sip:1@h>;x="y,z", <sip:2@h>\r\nRoute: <sip:3@h;lr>\r\nMax-Forwards'
    message = asked(changed("Max-Forwards", routes))
    assert [(route.name, route.uri.user) for route in message.route] == [("a, b", "1"), ("", "2"), ("", "3")]


# ---- what is refused


@pytest.mark.parametrize(
    ("before", "after", "code", "reason"),
    [
        ("CSeq: 1234 INVITE\r\n", "", 400, "Missing CSeq"),
        ("1234 INVITE", "2147483648 INVITE", 400, "Invalid CSeq"),
        ("1234 INVITE", "1234 OPTIONS", 400, "CSeq of Another Method"),
        ("abcdefgh-1234@192.168.0.5", "two words", 400, "Invalid Call-ID"),
        ("Max-Forwards: 69", "Max-Forwards: 256", 400, "Invalid Max-Forwards"),
        ("Max-Forwards: 69", "Max-Forwards: ٣", 400, "Invalid Max-Forwards"),
        ("Content-Length: 5", "Content-Length: 6", 400, "Content-Length Larger Than the Body"),
        ("replaces, 100rel", "replaces, 1 00rel", 400, "Invalid Supported"),
        ("application/sdp", "application", 400, "Invalid Content-Type"),
        ("<sip:10.0.0.1;lr", "<sip:[10.0.0.1];lr", 400, "Invalid Record-Route"),
        ("To: <sip:15881234@10.0.0.2>", "To: <sip:15881234@10.0.0.2:65536>", 400, "Invalid To"),
        ("To: <sip:15881234@10.0.0.2>", "To: <sip:x@h>;tag=1;TAG=2", 400, "Invalid To"),
        ("Max-Forwards: 69", "Max-Forwards 69", 400, "Invalid Header Line"),
        ("sip:15881234@10.0.0.2:5060;transport=udp", "sip:" + "1" * 3_000 + "@h", 414, "Request-URI Too Long"),
        ("sip:15881234@10.0.0.2:5060;transport=udp", "mailto:a@b.c", 416, "Unsupported URI Scheme"),
        ("SIP/2.0\r\nVia", "SIP/3.0\r\nVia", 505, "Version Not Supported"),
        ("Max-Forwards", "X: 1\r\n" * 300 + "Max-Forwards", 513, "Too Many Headers"),
        ("Max-Forwards", f"Route: {'<sip:a>,' * 100}<sip:a>\r\nMax-Forwards", 400, "Invalid Route"),
        ("Max-Forwards", "Route: <sip:a>,<sip:b>\r\n" * 51 + "Max-Forwards", 400, "Invalid Route"),
        ("Max-Forwards", f"X: {'x' * 70_000}\r\nMax-Forwards", 513, "Message Too Large"),
    ],
)
def test_a_wrong_request_is_answered_with_what_is_wrong(before: str, after: str, code: int, reason: str) -> None:
    invalid = refusal(changed(before, after))
    assert (invalid.code, invalid.reason) == (code, reason)
    assert invalid.request is not None
    assert invalid.request.method == "INVITE"
    assert invalid.request.via[0].host == "10.0.0.1"


def test_a_body_larger_than_a_datagram_is_refused() -> None:
    assert refusal(INVITE + bytes(MOST_BYTES)).code == 513


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\x01\x00\x00!\x12\xa4B" + bytes(12),  # STUN
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"INVITE\r\n\r\n",
        changed("SIP/2.0\r\nVia", "SIP/2\r\nVia"),
        INVITE.replace(b"INVITE", b"ACK").replace(b"CSeq: 1234", b"CSeq: x"),
        INVITE.replace(b"SIP/2.0/UDP", b"UDP"),
        INVITE.replace(b"INVITE sip:15881234@10.0.0.2:5060;transport=udp SIP/2.0", b"SIP/2.0 200 OK").replace(
            b"CSeq: 1234", b"CSeq: x"
        ),
    ],
    ids=["empty", "ping", "stun", "http", "cut", "no version", "ack", "no via", "response"],
)
def test_what_cannot_or_may_not_be_answered_is_dropped(data: bytes) -> None:
    assert refusal(data).request is None


def test_headers_that_do_not_end_are_refused() -> None:
    assert refusal(INVITE[: INVITE.index(b"\r\nContent-Type")]).reason == "Headers Without End"


# ---- whatever comes

SLOW_S = 0.1


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few accidents: cut, repeat, flip, insert, swapped lines."""
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(spoiled) + 1)
        end = min(len(spoiled), at + chance.randint(1, 40))
        match chance.randrange(5):
            case 0:
                del spoiled[at:end]
            case 1:
                spoiled[at:at] = spoiled[at:end] * chance.randint(1, 30)
            case 2 if at < len(spoiled):
                spoiled[at] ^= 1 << chance.randrange(8)
            case 3:
                spoiled[at:at] = chance.choice([b"\r\n", b"\n", b"\0", b'"', b"<", b",", b";;", b"\xff", b" \t", b"%"])
            case 4:
                lines = spoiled.split(b"\r\n")
                one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                spoiled = bytearray(b"\r\n".join(lines))
    return bytes(spoiled)


def is_read(data: bytes) -> bool:
    """Or refused, as it must be; anything else is raised."""
    try:
        message = read(data)
    except MessageInvalid as invalid:
        assert invalid.request is None or invalid.request.via
        return False
    use_all(message)
    return True


def test_ten_thousand_mutated_datagrams_are_read_or_refused_and_nothing_else() -> None:
    chance = random.Random(4475)
    good = [INVITE, *(torture.data for torture in TORTURES)]
    read_well, slow = 0, []
    for number in range(10_000):
        data = mutated(good[number % len(good)], chance)
        with timed() as spent:
            read_well += is_read(data)
        if spent.s >= SLOW_S:
            slow.append(data)
    assert 1_000 < read_well < 9_000
    assert [data for data in slow if cpu_s(partial(is_read, data)) >= SLOW_S] == []


FILLERS = [
    *(b" ", b"\t", b'"', b"<", b";", b",", b"a", b"%41", b'";a="', b"a;a=a", b";a", b"\\", b"\n ", b":", b"[", b"a@"),
    *(b"-a.", b"\r", b"\n", b"l:\n", b"Via: SIP/2.0/UDP a\n", b"a,SIP/2.0/UDP ", b"<sip:a>,"),
]
PLACES = [
    b"From: ",
    b"Via: SIP/2.0/UDP h",
    b"Contact: <sip:",
    b"Route: ",
    b"Content-Type: a/b;",
    b"Supported: ",
    b"X: ",
]


def hostile(place: bytes, filler: bytes) -> list[bytes]:
    """A request with much of the same in a header, one with it in its start line, and nothing else at all."""
    much = filler * (15_000 // len(filler))
    rest = INVITE[INVITE.index(b"Via") :]
    return [
        b"INVITE sip:h SIP/2.0\r\n" + place + much + b"\r\n" + rest,
        b"INVITE sip:" + much + b" SIP/2.0\r\n" + rest,
        filler * (65_535 // len(filler)),
    ]


@pytest.mark.parametrize("filler", FILLERS)
@pytest.mark.parametrize("place", PLACES)
def test_hostile_repetition_takes_no_more_than_linear_time(place: bytes, filler: bytes) -> None:
    messages = hostile(place, filler)

    def read_all() -> None:
        for data in messages:
            with contextlib.suppress(MessageInvalid):
                read(data)

    assert cpu_s(read_all) < 0.2  # quadratic would be seconds


def test_a_normal_invite_is_read_in_a_fraction_of_a_millisecond() -> None:
    assert cpu_s(lambda: [read(INVITE) for _ in range(1_000)]) < 0.5  # 80 µs each where this was written
