"""Which messages belong together: the keys of transactions."""

import pytest

from voicebot.doors.sip.matching import client_key, is_named, merged_key, of_method, server_key
from voicebot.doors.sip.message import read, response_to


def request(method="INVITE", via="SIP/2.0/UDP a.example:5060;branch=z9hG4bK1", cseq=None, from_tag="1"):
    cseq = cseq or f"1 {method}"
    return read(
        f"{method} sip:bot@b.example SIP/2.0\r\nVia: {via}\r\nFrom: <sip:a@a.example>;tag={from_tag}\r\n"
        f"To: <sip:bot@b.example>\r\nCall-ID: c\r\nCSeq: {cseq}\r\n\r\n".encode()
    )


def test_an_ack_and_a_cancel_share_their_invites_key_but_for_the_method():
    invite = server_key(request())
    assert of_method(server_key(request("ACK")), "INVITE") == invite
    assert of_method(server_key(request("CANCEL")), "INVITE") == invite
    assert server_key(request("CANCEL")) != invite


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP a.example:5061;branch=z9hG4bK1",
        "SIP/2.0/UDP b.example:5060;branch=z9hG4bK1",
        "SIP/2.0/UDP a.example:5060;branch=z9hG4bK2",
        "SIP/2.0/UDP a.example:5060",
    ],
)
def test_branch_and_sender_both_count(via):
    assert server_key(request()) != server_key(request(via=via))


def test_what_a_proxy_and_the_transport_write_behind_does_not_count():
    marked = "SIP/2.0/UDP A.example:5060;received=192.0.2.1;rport=5;branch=z9hG4bK1, SIP/2.0/UDP x;branch=z9hG4bK9"
    assert server_key(request(via=marked)) == server_key(request())


def test_without_a_branch_the_number_counts_by_its_value():
    plain = "SIP/2.0/UDP a.example"
    assert not is_named(server_key(request(via=plain)))
    assert server_key(request(via=plain, cseq="0001 INVITE")) == server_key(request(via=plain))
    assert server_key(request(via=plain, cseq="2 INVITE")) != server_key(request(via=plain))
    assert server_key(request(via=plain, from_tag="2")) != server_key(request(via=plain))


def test_answers_are_found_by_branch_and_method():
    assert client_key(response_to(request(), 200)) == ("z9hG4bK1", "INVITE")
    through = "SIP/2.0/UDP a.example;branch=z9hG4bK1, SIP/2.0/UDP x;branch=z9hG4bK9"
    assert client_key(response_to(request(via=through), 200)) is None


def test_twins_differ_in_nothing_but_the_way():
    other_way = "SIP/2.0/UDP c.example;branch=z9hG4bK3"
    assert merged_key(request(via=other_way)) == merged_key(request())
    assert merged_key(request("OPTIONS")) != merged_key(request())
