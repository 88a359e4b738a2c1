"""Who calls: From, P-Asserted-Identity, Diversion and own headers, as trunks and telephones write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.sip.callers import LONGEST_NAME, LONGEST_NUMBER, LONGEST_VARIABLE, clean, read_caller
from voicebot.doors.sip.grammar import read_uri
from voicebot.doors.sip.message import Request


def invite(uri="sip:15881234@bot.example", **headers):
    request = Request("INVITE", read_uri(uri))
    request.headers.set("From", "<sip:01012345678@carrier.example>;tag=1")
    request.headers.set("To", "<sip:15881234@bot.example>")
    for name, value in headers.items():
        for each in value if isinstance(value, list) else [value]:
            request.headers.add(name.replace("_", "-"), each) if name not in ("From", "To") else request.headers.set(
                name, each
            )
    return request


@pytest.mark.parametrize(
    ("sender", "number", "name"),
    [
        ("<sip:01012345678@carrier.example>;tag=1", "01012345678", ""),
        ('"김민수" <sip:+82-10-1234-5678@carrier.example>;tag=1', "+821012345678", "김민수"),
        ("<sip:010-1234-5678;phone-context=+82@carrier.example;user=phone>;tag=1", "01012345678", ""),
        ("<tel:+82-2-1588-0000>;tag=1", "+82215880000", ""),
        ("<sip:%EB%AF%BC%EC%88%98@pbx.example>;tag=1", "민수", ""),
        ("sip:alice@pbx.example;tag=1", "alice", ""),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', "", ""),
        ('"숨김" <sip:01012345678@anonymous.invalid>;tag=1', "", ""),
        ("<sip:pbx.example>;tag=1", "", ""),
        ("nonsense", "", ""),
        ("", "", ""),
    ],
)
def test_the_number_of_from(sender, number, name):
    caller = read_caller(invite(From=sender), is_trusted=True)
    assert (caller.number, caller.name) == (number, name)
    assert not caller.is_asserted


def test_only_a_trusted_network_asserts():
    request = invite(P_Asserted_Identity=['"회사" <sip:+8221112222@carrier.example>', "<tel:+8221112222>"])
    trusted, stranger = read_caller(request, is_trusted=True), read_caller(request, is_trusted=False)
    assert (trusted.number, trusted.name, trusted.is_asserted) == ("+8221112222", "회사", True)
    assert (stranger.number, stranger.is_asserted) == ("01012345678", False)


def test_an_assertion_that_says_nothing():
    for value in ("<sip:carrier.example>", "<<>>", ""):
        caller = read_caller(invite(P_Asserted_Identity=value), is_trusted=True)
        assert (caller.number, caller.is_asserted) == ("01012345678", False)


@pytest.mark.parametrize("privacy", ["id", "header;id", "user; critical", "ID", "none, id"])
def test_who_wants_to_be_unknown_is(privacy):
    request = invite(Privacy=privacy, P_Asserted_Identity='"회사" <sip:021112222@carrier.example>')
    caller = read_caller(request, is_trusted=True)
    assert (caller.number, caller.name, caller.is_asserted) == ("", "", False)
    assert read_caller(invite(Privacy="none"), is_trusted=True).number == "01012345678"


def test_the_called_number():
    assert read_caller(invite("tel:+82-1588-0000"), is_trusted=False).called == "+8215880000"
    registered = invite("sip:aicc@10.0.0.2:5060", To="<sip:07012340000@pbx.example>")
    assert read_caller(registered, is_trusted=False, own_users=frozenset({"aicc"})).called == "07012340000"
    assert read_caller(registered, is_trusted=False).called == "aicc"
    assert read_caller(invite("sip:bot.example"), is_trusted=False).called == "15881234"


@pytest.mark.parametrize(
    ("headers", "diversion"),
    [
        ({"Diversion": "<sip:0212345678@pbx.example>;reason=unconditional"}, "0212345678"),
        ({"Diversion": ["<sip:3000@pbx>;reason=no-answer", "<sip:15880000@pbx>;reason=user-busy"]}, "15880000"),
        ({"History_Info": "<sip:15880000@c>;index=1, <sip:15881234@c>;index=1.1"}, "15880000"),
        ({"History_Info": "<sip:15881234@c>;index=1"}, ""),
        ({"History_Info": "<sip:15880000@c?Reason=SIP%3Bcause%3D302>;index=1,<sip:15881234@c>;index=1.1"}, "15880000"),
        ({}, ""),
    ],
)
def test_what_was_dialled_at_first(headers, diversion):
    assert read_caller(invite(**headers), is_trusted=True).diversion == diversion
    assert read_caller(invite(**headers), is_trusted=False).diversion == ""


def test_own_headers_are_variables():
    request = invite(X_Customer="김\x00민수\t님", X_Long="가" * 10_000, X_Twice=["a", "b"])
    mapping = {"X-Customer": "customer", "x-long": "long", "X-Twice": "twice", "X-None": "none"}
    variables = read_caller(request, is_trusted=False, variables=mapping).variables
    assert variables == {"customer": "김 민수 님", "long": "가" * LONGEST_VARIABLE, "twice": "a, b"}


@given(st.text(), st.text(), st.text())
def test_whatever_comes_is_short_and_readable(sender, asserted, variable):
    request = invite(From=sender, P_Asserted_Identity=asserted, X=variable)
    caller = read_caller(request, is_trusted=True, variables={"X": "x"})
    assert len(caller.number) <= LONGEST_NUMBER
    assert len(caller.name) <= LONGEST_NAME
    for text in (caller.number, caller.name, caller.variables["x"]):
        text.encode()
        assert "\n" not in text


def test_half_of_a_character_pair_is_none():
    assert clean("a\ud800b", 10) == "a b"
