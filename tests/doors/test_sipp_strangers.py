"""Callers whom nobody vouches for: those with a password, those who guess one, and floods."""

import re
import socket
import time

import pytest

from tests.doors.phone import Phone
from tests.doors.service import serving, until

pytestmark = pytest.mark.slow

USER, PASSWORD = "7001", "secret-of-the-tests"
FREE = 2  # wrong passwords that cost no time
ATTEMPTS = 100
FLOOD, FLOOD_PER_S = 10_000, 5_000
MOST_CPU_MS = 0.1  # of the front for a datagram that is dropped


@pytest.fixture
def guarded(tmp_path, own_address):
    """A service for one test: it remembers who has guessed."""
    settings = {"SIP__USERS": f'{{"{USER}": "AICC_SIP_7001_KEY"}}', "SIP__DIGEST": '["MD5"]'}
    with serving(tmp_path, MEDIA_PROCESSES="1", SIP_7001_KEY=PASSWORD, **settings) as service:
        yield service, (own_address, service.port)


def test_passwords(sipp, guarded, own_address):
    service, door = guarded
    own = {"host": own_address}

    # who is known and who is not: the same answer, at once for a slip of the finger
    answers = []
    for user in (USER, "nobody"):
        guessed = sipp.start("guess", door, credentials=(user, "wrong"), **own).wait()
        assert guessed.succeeded == 1, guessed.errors
        answers.append([without_chance(message) for message in guessed.received("SIP/2.0 401")])
    assert answers[0] == answers[1]

    # the right one is taken, also behind wrong ones
    called = sipp.start("digest", door, calls=3, credentials=(USER, PASSWORD), **own).wait()
    assert called.succeeded == 3, called.errors
    assert called.percentile_ms(100) < 400

    # more wrong ones are slowed down, ever more, whoever they are of
    slowed = sipp.start("guess", door, calls=4, per_s=50, credentials=("nobody", "wrong"), **own).wait()
    assert slowed.succeeded == 4, slowed.errors
    assert [round(ms / 500) for ms in sorted(slowed.setup_ms)] == [1, 2, 4, 8]
    called = sipp.start("digest", door, credentials=(USER, PASSWORD), **own).wait()
    assert called.succeeded == 1, called.errors

    # a hundred, and the address is not heard any more; that is logged, and this machine's own calls go on
    guessing = sipp.start("guess", door, calls=ATTEMPTS, per_s=40, credentials=(USER, "wrong"), **own)
    until(lambda: re.search(rf"\d+ wrong passwords: nothing from {re.escape(own_address)} is heard", service.said()))
    with Phone(door, own_address) as phone:
        phone.invite()
        assert phone.heard_within(0.3) is None
    assert sipp.start("call", service.sip).wait().succeeded == 1
    guessing.stop()
    service.ends_all_calls()


def without_chance(message):
    """A response without what is different each time."""
    left = re.sub(r'nonce="[^"]*"|tag=[\w-]+|:\d+\b|branch=\S+|7001|nobody', "", message)
    return [line for line in left.splitlines() if not line.startswith("Call-ID")]


def test_a_flood_of_registrations(sipp, guarded, own_address):
    """A scanner's REGISTERs are dropped cheaply, and who is trusted notices nothing of them."""
    service, door = guarded
    front = service.processes()[0]
    before_s = sum(front.cpu_times()[:2])
    calls = sipp.start("call", service.sip, calls=20, per_s=10)
    with socket.socket(type=socket.SOCK_DGRAM) as scanner:
        scanner.bind((own_address, 0))
        began_s = time.monotonic()
        for number in range(FLOOD):
            scanner.sendto(registration(own_address, number), door)
            if number % 50 == 49:
                time.sleep(max(0.0, began_s + number / FLOOD_PER_S - time.monotonic()))
    called = calls.wait()
    assert (called.succeeded, called.failed) == (20, 0), called.errors
    used_ms = (sum(front.cpu_times()[:2]) - before_s) * 1000
    assert used_ms / FLOOD <= MOST_CPU_MS
    assert re.search(rf"messages from {re.escape(own_address)} dropped", service.said())
    service.ends_all_calls()
    assert service.left_behind()["transactions"] < 2 * 20 + 500  # what was let in of the flood, at its beginning


def registration(host, number):
    lines = [
        f"REGISTER sip:{host} SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:5060;branch=z9hG4bK{number}",
        f"From: <sip:{number}@{host}>;tag={number}",
        f"To: <sip:{number}@{host}>",
        f"Call-ID: {number}",
        "CSeq: 1 REGISTER",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()
