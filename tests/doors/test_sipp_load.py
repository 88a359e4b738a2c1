"""A busy half minute of calls, and beside them calls whose telephones do nothing for long. Nothing is left behind."""

import time

import pytest

from tests.doors.phone import Phone
from tests.doors.service import until

pytestmark = [pytest.mark.slow, pytest.mark.load]

CALLS, PER_S = 400, 20  # "aicc bench sip" has 1,000
SETUP_P95_MS = 100.0
TIMERS_S = 40.0  # RFC 3261: transactions over UDP are kept for 32 s
MOST_GROWN_MB = 30.0


@pytest.fixture(scope="module")
def long_calls(sipp, service):
    """They last while the others come and go."""
    unacknowledged = sipp.start("unacknowledged", service.sip)
    with Phone(service.sip) as phone:
        phone.call("Supported: timer", "Session-Expires: 90;refresher=uas", "Min-SE: 90")
        yield unacknowledged, phone, time.monotonic()


@pytest.fixture(scope="module")
def busy_minute(sipp, service, long_calls):
    """What sipp says of it, with the memory and the open files of all processes before it."""
    sipp.start("call", service.sip, calls=50, per_s=50).wait()  # what is loaded at the first call, is
    before = figures(service)
    load = sipp.start("call", service.sip, calls=CALLS, per_s=PER_S, hold_ms=500, are_messages_kept=False).wait(90)
    return load, before


def figures(service):
    return [(process.memory_info().rss / 2**20, process.num_fds()) for process in service.processes()]


def test_a_busy_half_minute(busy_minute):
    load, _ = busy_minute
    assert (load.succeeded, load.failed) == (CALLS, 0), load.errors[-2_000:]
    assert len(load.setup_ms) == CALLS
    assert load.percentile_ms(95) <= SETUP_P95_MS


def test_an_ack_that_never_comes(busy_minute, long_calls):
    """The 200 is repeated, more and more rarely (RFC 3261, section 13.3.1.4); after 32 s the call is ended by BYE."""
    ended = long_calls[0].wait(40)
    assert ended.succeeded == 1, ended.errors
    assert 10 <= len(ended.received("SIP/2.0 200")) <= 12
    assert len(ended.received("BYE ")) == 1


def test_glare(busy_minute, long_calls):
    """Our refresh (RFC 4028) and a re-INVITE of the caller meet: both are answered 491, and ours is tried again."""
    _, phone, began_s = long_calls
    refresh = phone.hear(60 - (time.monotonic() - began_s))
    assert refresh.start.startswith("INVITE ")
    phone.invite()
    met = next_besides(refresh, phone)
    assert met.code == 491
    phone.ack(met)
    phone.respond(refresh, "491 Request Pending")
    assert next_besides(refresh, phone).start.startswith("ACK ")
    again = phone.hear()
    assert again.start.startswith("INVITE ") and again.cseq > refresh.cseq
    assert again.body == refresh.body
    phone.respond(again, "200 OK", phone.sdp)
    assert phone.hear().start.startswith("ACK ")
    phone.hang_up()


def next_besides(repeated, phone):
    """What comes next, but for repetitions."""
    while (heard := phone.hear()).start == repeated.start and heard.cseq == repeated.cseq:
        pass
    return heard


def test_nothing_is_left_behind(busy_minute, service):
    _, before = busy_minute
    until(lambda: not any(service.left_behind().values()), TIMERS_S)
    until(lambda: all(now[1] <= then[1] for now, then in zip(figures(service), before, strict=True)))
    assert all(now[0] <= then[0] + MOST_GROWN_MB for now, then in zip(figures(service), before, strict=True))
