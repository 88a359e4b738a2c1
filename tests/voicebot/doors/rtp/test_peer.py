import pytest

from voicebot.doors.negotiable import NotAcceptable
from voicebot.doors.rtp.peer import Peer
from voicebot.doors.rtp.sdp import read_sdp

HEAD = "v=0\no=- 1 1 IN IP4 192.0.2.1\n"


def peer(*attributes: str, session: str = "c=IN IP4 192.0.2.1", port: int = 4_000, ours: str = "192.0.2.99") -> Peer:
    lines = [session, f"m=audio {port} RTP/AVP 0", *attributes]
    description = read_sdp(HEAD + "\n".join(lines))
    return Peer.of(description, description.media[0], ours)


def test_the_address_is_that_of_the_line_or_of_the_session() -> None:
    assert peer().remote == ("192.0.2.1", 4_000)
    assert peer("c=IN IP4 192.0.2.7").remote == ("192.0.2.7", 4_000)
    assert peer("c=IN IP4 192.0.2.7", "c=IN IP4 192.0.2.8", session="s=-").remote == ("192.0.2.7", 4_000)
    assert peer(session="c=IN IP6 2001:db8::7", ours="2001:db8::1").remote == ("2001:db8::7", 4_000)


@pytest.mark.parametrize(
    ("session", "complaint"),
    [
        ("s=-", "no c= line"),
        ("c=IN IP4 media.example.com", "no IP address"),
        ("c=IN IP4 192.0.2.256", "no IP address"),
        ("c=IN IP4 192.0.2", "no IP address"),
        ("c=IN IP4 /127", "no IP address"),
        ("c=IN IP4 224.2.1.1/127", "not the address of one machine"),
        ("c=IN IP4 255.255.255.255", "not the address of one machine"),
        ("c=IN IP6 fe80::1%eth0", "not the address of one machine"),
        ("c=IN IP6 2001:db8::7", "audio is on IPv4 here"),
    ],
)
def test_addresses_where_no_packet_can_go(session: str, complaint: str) -> None:
    with pytest.raises(NotAcceptable, match=complaint):
        peer(session=session)


def test_ipv4_from_ipv6() -> None:
    with pytest.raises(NotAcceptable, match="audio is on IPv6 here"):
        peer(ours="2001:db8::1")
    assert peer(session="c=IN IP4 0.0.0.0", ours="2001:db8::1").direction == "recvonly"  # hold in any family


@pytest.mark.parametrize(
    ("attributes", "address", "direction"),
    [
        ([], "192.0.2.1", "sendrecv"),
        (["a=sendrecv"], "192.0.2.1", "sendrecv"),
        (["a=sendonly"], "192.0.2.1", "recvonly"),
        (["a=recvonly"], "192.0.2.1", "sendonly"),
        (["a=inactive"], "192.0.2.1", "inactive"),
        ([], "0.0.0.0", "recvonly"),
        (["a=sendrecv"], "0.0.0.0", "recvonly"),
        (["a=sendonly"], "0.0.0.0", "recvonly"),
        (["a=recvonly"], "0.0.0.0", "inactive"),
        (["a=inactive"], "0.0.0.0", "inactive"),
    ],
)
def test_directions_are_seen_from_here(attributes: list[str], address: str, direction: str) -> None:
    assert peer(*attributes, session=f"c=IN IP4 {address}").direction == direction


def test_the_direction_of_the_session_holds_where_the_line_has_none() -> None:
    session = "c=IN IP4 192.0.2.1\na=sendonly"
    assert peer(session=session).direction == "recvonly"
    assert peer("a=sendrecv", session=session).direction == "sendrecv"


@pytest.mark.parametrize(
    ("attribute", "remote_rtcp"),
    [
        ("a=tool:x", ("192.0.2.1", 4_001)),
        ("a=rtcp:5000", ("192.0.2.1", 5_000)),
        ("a=rtcp:5000 IN IP4 192.0.2.7", ("192.0.2.7", 5_000)),
        ("a=rtcp:5000 IN IP4 example.com", ("192.0.2.1", 5_000)),
        ("a=rtcp:5000 IN IP6 2001:db8::1", ("192.0.2.1", 5_000)),
        ("a=rtcp:70000", ("192.0.2.1", 4_001)),
        ("a=rtcp:0", ("192.0.2.1", 4_001)),
        ("a=rtcp:", ("192.0.2.1", 4_001)),
        ("a=rtcp-mux", ("192.0.2.1", 4_000)),
    ],
)
def test_where_reports_go(attribute: str, remote_rtcp: tuple[str, int]) -> None:
    assert peer(attribute).remote_rtcp == remote_rtcp


def test_there_is_no_port_above_the_last() -> None:
    assert peer(port=65_535).remote_rtcp == ("192.0.2.1", 65_535)


@pytest.mark.parametrize(
    ("ptime", "maxptime", "packet_ms"),
    [
        ("", "", 20),
        ("20", "", 20),
        ("10", "", 20),
        ("30", "", 20),
        ("40", "", 40),
        ("60", "200", 60),
        ("60", "40", 40),
        ("60", "50", 40),
        ("40", "10", 20),
        ("80", "", 20),
        ("5", "5", 20),
        ("20.0", "many", 20),
        ("-40", "", 20),
    ],
)
def test_packets_are_whole_frames(ptime: str, maxptime: str, packet_ms: int) -> None:
    assert peer(f"a=ptime:{ptime}", f"a=maxptime:{maxptime}").packet_ms == packet_ms
