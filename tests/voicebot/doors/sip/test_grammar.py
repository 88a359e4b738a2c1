from dataclasses import replace

import pytest

from voicebot.doors.sip.grammar import (
    read_address,
    read_addresses,
    read_cseq,
    read_media_types,
    read_number,
    read_uri,
    read_via,
)


def test_a_uri_says_all_its_parts_and_is_written_to_the_letter() -> None:
    text = "SIP:al%69ce:pw@[2001:db8::1]:5070;Transport=TCP;lr?Replaces=a%3Bto-tag%3Db"
    uri = read_uri(text)
    assert (uri.scheme, uri.user, uri.password, uri.host, uri.port) == ("sip", "alice", "pw", "[2001:db8::1]", 5070)
    assert dict(uri.parameters) == {"transport": "TCP", "lr": None}
    assert uri.headers == "Replaces=a%3Bto-tag%3Db"
    assert str(uri) == text


def test_a_changed_uri_is_written_as_changed() -> None:
    uri = read_uri("sip:alice@host:5070;lr")
    assert str(replace(uri, port=5080)) == "sip:alice@host:5080;lr"
    assert str(replace(uri, headers="a=b")) == "sip:alice@host:5070;lr?a=b"


@pytest.mark.parametrize(
    ("text", "user", "host"),
    [
        ("tel:+82-2-1234-5678;phone-context=x", "+82-2-1234-5678", ""),
        ("sip:*31#0212345678@pbx_1", "*31#0212345678", "pbx_1"),
        ("sip:3com.1a", None, "3com.1a"),
        ("urn:service:sos", None, "service:sos"),
    ],
)
def test_uris_of_telephones_and_others_are_read(text: str, user: str | None, host: str) -> None:
    uri = read_uri(text)
    assert (uri.user, uri.host, str(uri)) == (user, host, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:@h",
        "sip:h:0",
        "sip:h:99999",
        "sip:a%zz@h",
        "sip:h;",
        "sip:h;;a",
        "sip:h;a=1;A=2",
        "sip:a b@h",
        "tel:x",
        "h",
        "sip:[::g]",
    ],
)
def test_what_is_no_uri_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_uri(text)


def test_parameters_are_found_in_any_case_and_written_to_the_letter() -> None:
    address = read_address('<sip:a@h>;Tag=a+b%41;+sip.instance="<urn:uuid:1;2>";self=x')
    assert address.parameters["tag"] == "a+b%41"
    assert address.parameters["+sip.instance"] == '"<urn:uuid:1;2>"'
    assert str(address) == '<sip:a@h>;Tag=a+b%41;+sip.instance="<urn:uuid:1;2>";self=x'
    assert str(address.parameters.replace(tag="new")).endswith(";self=x;tag=new")


def test_names_may_be_korean_quoted_or_not() -> None:
    assert read_address("홍 길동 <sip:a@h>").name == "홍 길동"
    assert read_address(r'"say \"hi\" \\" <sip:a@h>').name == 'say "hi" \\'


def test_two_quoted_names_are_two_addresses() -> None:
    both = read_addresses('"a" <sip:1@h>;x="1", "b" <sip:2@h>')
    assert [address.name for address in both] == ["a", "b"]


@pytest.mark.parametrize("value", ["<sip:a@h", "<sip:a@h> x", "<sip:a@h>,", "a, b <sip:a@h>", "sip:a@h?x=y", "<>"])
def test_what_is_no_list_of_addresses_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        read_addresses(value)


def test_vias_on_one_line_are_several() -> None:
    vias = read_via(
        "SIP/2.0/UDP [2001:db8::9]:5061;received=2001:db8::9;branch=z9hG4bKa, sip / 2.0 / tls h : 5061 ; alias"
    )
    assert [(via.transport, via.host, via.port) for via in vias] == [("UDP", "[2001:db8::9]", 5061), ("tls", "h", 5061)]
    assert vias[0].parameters["received"] == "2001:db8::9"
    assert "alias" in vias[1].parameters


def test_media_types_are_compared_in_lower_case() -> None:
    types = read_media_types("Application/SDP;level=1, text/plain")
    assert [media_type.mime_type for media_type in types] == ["application/sdp", "text/plain"]


@pytest.mark.parametrize("value", ["1", "INVITE 1", "-1 INVITE", "1 IN VITE", "1.0 INVITE", "² INVITE"])
def test_what_is_no_cseq_is_refused(value: str) -> None:
    with pytest.raises(ValueError):
        read_cseq(value)


def test_numbers_have_bounds_and_may_have_zeros_in_front() -> None:
    assert read_number("0" * 5_000 + "7", 10) == 7
    for value in ("11", "9" * 5_000, "", "+1", "１", " 1"):
        with pytest.raises(ValueError):
            read_number(value, 10)
