"""Where the bundle is tested there is really no network."""

import sys

from tests.bundle.isolated import without_network

TRIED = """
import errno, socket
routes = open("/proc/net/route").read().splitlines()[1:]
assert not routes, routes
for address in ("192.0.2.1", "10.0.0.1"):
    try:
        socket.create_connection((address, 80), timeout=5)
    except OSError as error:
        print(errno.errorcode[error.errno])
with socket.create_server(("127.0.0.1", 0)) as here:
    socket.create_connection(here.getsockname()).close()
    print("loopback works")
"""


def test_nothing_but_loopback_is_reached() -> None:
    tried = without_network([sys.executable, "-c", TRIED])
    assert tried.stdout.splitlines() == ["ENETUNREACH", "ENETUNREACH", "loopback works"], tried.stderr
