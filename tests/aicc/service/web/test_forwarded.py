import pytest

from aicc.service.web.forwarded import caller_address

PROXIES = ("127.0.0.0/8", "10.0.0.5/32", "fd00::/64")


@pytest.mark.parametrize(
    "address, forwarded, found",
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # who is no proxy may say what it likes
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # the first is the caller's own invention
        ("127.0.0.1", "198.51.100.1, 10.0.0.5", "198.51.100.1"),  # two proxies
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("fd00::1", "[2001:db8::7]", "2001:db8::7"),
        ("local", "198.51.100.1", "local"),
    ],
)
def test_who_calls(address, forwarded, found):
    assert caller_address(address, forwarded, PROXIES) == found


def test_without_proxies_nobody_is_believed():
    assert caller_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


def test_a_long_header_is_read_from_its_end():
    assert caller_address("127.0.0.1", ", ".join(["127.0.0.1"] * 10_000), PROXIES) == "127.0.0.1"
