from tests.voicebot.doors.sip.test_reading import INVITE, asked, changed
from voicebot.doors.sip.hop import Hop, response_hop, stamp
from voicebot.doors.sip.message import Request


def stamped(data: bytes, source: Hop) -> Request:
    request = asked(data)
    stamp(request, source)
    return request


def test_rport_and_received_are_filled_where_rport_is_asked_for() -> None:
    request = stamped(INVITE, Hop("udp", "10.0.0.1", 40_000))
    assert request.headers.getlist("Via") == [
        "SIP/2.0/UDP 10.0.0.1:5060;rport=40000;branch=z9hG4bKPjabcdefghijkl;received=10.0.0.1",
        "SIP/2.0/UDP 192.168.0.5:5062;received=192.0.2.4;rport=5062;branch=z9hG4bKPj2222",
    ]


def test_received_says_another_address_than_the_via_names() -> None:
    plain = changed("rport;branch", "branch")
    assert "received" not in stamped(plain, Hop("udp", "10.0.0.1", 5060)).via[0].parameters
    assert stamped(plain, Hop("udp", "192.0.2.9", 5060)).via[0].parameters["received"] == "192.0.2.9"


def test_what_a_stranger_claims_to_be_received_is_replaced() -> None:
    request = stamped(changed("rport;branch", "received=1.1.1.1;branch"), Hop("udp", "192.0.2.9", 5060))
    assert request.via[0].parameters["received"] == "192.0.2.9"


def test_a_via_that_names_the_source_is_left_to_the_letter() -> None:
    via = "SIP/2.0/UDP [2001:DB8::1]:5060 ; X = y;branch=z9hG4bK%41"
    data = changed("SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bKPjabcdefghijkl", via)
    assert stamped(data, Hop("udp", "2001:db8::1", 5060)).headers["Via"] == via


def test_responses_over_udp_go_to_the_source_and_its_port_or_that_of_the_via() -> None:
    source = Hop("udp", "192.0.2.9", 40_000)
    assert response_hop(stamped(INVITE, source), source) == source
    assert response_hop(stamped(changed("rport;branch", "branch"), source), source) == Hop("udp", "192.0.2.9", 5060)


def test_responses_over_streams_go_over_the_connection_while_it_is_open() -> None:
    source = Hop("tls", "192.0.2.9", 40_000)
    request = stamped(changed("10.0.0.1:5060;rport", "10.0.0.1"), source)
    assert response_hop(request, source) == source
    assert response_hop(request, source, source_is_open=False) == Hop("tls", "192.0.2.9", 5061)
