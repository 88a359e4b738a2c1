import socket

import pytest

from voicebot.doors.rtp.ports import NoPorts, open_pair


def free_range(pairs: int) -> int:
    """An even port with so many pairs free behind it."""
    for first in range(41_000, 60_000, 2 * pairs):
        sockets = []
        try:
            for port in range(first, first + 2 * pairs):
                sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                sockets[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for sock in sockets:
                sock.close()
    raise AssertionError("no free ports on this machine")


def test_pairs_are_even_and_odd_and_differ_until_none_is_left() -> None:
    first = free_range(5)
    pairs = [open_pair("127.0.0.1", first - 1, first + 9) for _ in range(5)]
    ports = [(rtp.getsockname()[1], rtcp.getsockname()[1]) for rtp, rtcp in pairs]
    assert sorted(ports) == [(port, port + 1) for port in range(first, first + 10, 2)]
    assert not any(sock.getblocking() for pair in pairs for sock in pair)
    with pytest.raises(NoPorts, match=r"no two free UDP ports .* \(address already in use\): widen the range"):
        open_pair("127.0.0.1", first, first + 9)
    for sock in pairs[2]:
        sock.close()
    again = open_pair("127.0.0.1", first, first + 9)
    assert again[0].getsockname()[1] == ports[2][0]
    for pair in (*pairs, again):
        for sock in pair:
            sock.close()


def test_a_pair_of_which_one_is_taken_is_passed_over() -> None:
    first = free_range(2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", first + 1))
        rtp, rtcp = open_pair("127.0.0.1", first, first + 3)
        assert rtp.getsockname()[1] == first + 2
        rtp.close()
        rtcp.close()


def test_calls_do_not_begin_at_the_same_port() -> None:
    begun = set()
    for _ in range(20):
        rtp, rtcp = open_pair("127.0.0.1", 20_000, 50_000)
        begun.add(rtp.getsockname()[1])
        rtp.close()
        rtcp.close()
    assert len(begun) > 15


@pytest.mark.parametrize(("host", "first", "last"), [("192.0.2.1", 20_000, 20_100), ("127.0.0.1", 20_001, 20_002)])
def test_where_there_is_nothing_it_says_so(host: str, first: int, last: int) -> None:
    with pytest.raises(NoPorts, match=f"from {first} to {last} on {host}"):
        open_pair(host, first, last)
