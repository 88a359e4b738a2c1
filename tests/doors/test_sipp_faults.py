"""Bytes that are no SIP, peers that stall, processes that die: calls go on."""

import contextlib
import re
import socket
import time

import psutil
import pytest

from tests.doors.phone import Phone
from tests.doors.service import until

pytestmark = pytest.mark.slow

ANSWERED_AGAIN_S = 2.0
LARGEST_DATAGRAM_BYTES = 65_507


def is_answered(service):
    """A call is taken: whatever came before has hurt nobody."""
    with Phone(service.sip) as phone:
        phone.call()
        phone.hang_up()


# ---- over UDP


def folded(invite):
    return invite.replace("To: ", "To:\r\n  ").replace("Max-Forwards: 70", "Max-Forwards:\r\n\t70")


def bare_line_feeds(invite):
    head, _, body = invite.partition("\r\n\r\n")
    return head.replace("\r\n", "\n") + "\n\n" + body


def longer_than_said(invite):
    """Content-Length counts less than there is: what is behind it is passed over (RFC 3261, section 18.3)."""
    return invite + "a=sendrecv\r\n" * 3


@pytest.mark.parametrize("written", [folded, bare_line_feeds, longer_than_said])
def test_what_can_be_understood(service, written):
    with Phone(service.sip) as phone:
        cseq = next(phone.cseqs)
        phone.send(written(phone.request("INVITE", cseq, body=phone.sdp)))
        answer = phone.hear()
        assert answer.code == 200, answer.start
        phone.ack(answer)
        phone.hang_up()


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda invite: re.sub(r"Content-Length: \d+", "Content-Length: 9999", invite),
        lambda invite: re.sub(r"Content-Length: \d+", "Content-Length: -1", invite),
        lambda invite: invite.replace("CSeq: 1 INVITE", "CSeq: 1 BYE"),
        lambda invite: invite.replace("Max-Forwards: 70", "X-Long: " + "a" * 60_000),
        lambda invite: invite.replace("Max-Forwards: 70", "\r\n".join(f"X-{number}: a" for number in range(4_000))),
    ],
    ids=["longer than it is", "of no length", "two methods", "a header of 60 kB", "4,000 headers"],
)
def test_what_cannot_be_understood_is_said(service, spoilt):
    with Phone(service.sip) as phone:
        phone.send(spoilt(phone.request("INVITE", next(phone.cseqs), body=phone.sdp)))
        answer = phone.hear()
        assert answer.code in (400, 413, 513), answer.start
    is_answered(service)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 1_000,
        b"\r\n\r\n",
        b"SIP/2.0 200\r\n\r\n",
        b"INVITE",
        b"\xff" * LARGEST_DATAGRAM_BYTES,
        b"A" * 60_000,
    ],
    ids=["nothing", "zeros", "keep-alive", "half a response", "a word", "64 kB", "no end of line"],
)
def test_what_is_no_message_is_dropped(service, data):
    with Phone(service.sip) as phone:
        phone.send(data)
        is_answered(service)
        assert phone.heard_within(0.05) is None


# ---- over TCP


def connected(service, receive_bytes=None):
    stream = socket.socket()
    if receive_bytes:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    stream.settimeout(5)
    stream.connect(service.sip)
    return stream


def test_messages_in_pieces(service):
    """However a stream is cut, and however many messages come at once."""
    with Phone(service.sip) as phone, connected(service) as stream:
        options = phone.request("OPTIONS", 1).replace("SIP/2.0/UDP", "SIP/2.0/TCP").encode()
        for at in range(0, len(options), 40):
            stream.sendall(options[at : at + 40])
            time.sleep(0.002)
        stream.sendall(b"\r\n\r\n" + options.replace(b"CSeq: 1", b"CSeq: 2") + options.replace(b"CSeq: 1", b"CSeq: 3"))
        answered = b""
        while answered.count(b"SIP/2.0 200 OK") < 3:
            data = stream.recv(65_536)
            assert data, answered
            answered += data
        assert b"\r\n\r\n\r\n" in answered or answered.startswith(b"\r\n")  # the keep-alive's answer (RFC 5626)


@pytest.mark.parametrize(
    "data",
    [b"\xff" * 4_096 + b"\r\n\r\n", b"INVITE " + b"a" * 200_000, b"A: b\r\n" * 50_000],
    ids=["noise", "a line", "headers"],
)
def test_streams_that_cannot_be_cut_are_closed(service, data):
    with connected(service) as stream, contextlib.suppress(ConnectionError):  # closed while we talk
        stream.sendall(data)
        while stream.recv(65_536):
            pass
    is_answered(service)


def test_a_peer_that_stalls(service):
    """Halves of messages, connections that say nothing: others are answered meanwhile."""
    with contextlib.ExitStack() as stack:
        for number in range(100):
            stream = stack.enter_context(connected(service))
            stream.sendall(b"INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/TCP x"[: number % 40])
        began_s = time.monotonic()
        is_answered(service)
        assert time.monotonic() - began_s < 1.0


def test_a_peer_that_does_not_read(service):
    """Whoever asks and asks and never reads the answers loses the connection, and takes no memory."""
    front = service.processes()[0]
    before_mb = front.memory_info().rss / 2**20
    with Phone(service.sip) as phone, connected(service, 4_096) as stream:
        options = phone.request("OPTIONS", 1).replace("SIP/2.0/UDP", "SIP/2.0/TCP").encode()
        with pytest.raises(ConnectionError):
            for _ in range(1_000):
                stream.sendall(options * 200)
    is_answered(service)
    assert front.memory_info().rss / 2**20 < before_mb + 60


# ---- a media process


def test_a_media_process_that_dies(sipp, service):
    """Its callers hear BYE, those of the other go on, and the next caller is answered."""
    calls = sipp.start("goodbye", service.sip, calls=6, per_s=50, limit_ms=20_000)
    until(lambda: service.left_behind()["calls"] == 6)
    time.sleep(0.1)  # the last ACK
    victim = service.media_processes()[0]
    psutil.Process(victim.pid).kill()
    died_s = time.monotonic()
    with Phone(service.sip) as phone:
        phone.call()
        assert time.monotonic() - died_s <= ANSWERED_AGAIN_S
        phone.hang_up()
    until(lambda: service.left_behind()["calls"] == 3, ANSWERED_AGAIN_S)
    for call_id in service.call_ids():
        with contextlib.suppress(Exception):
            service.hang_up(call_id)
    ended = calls.wait()
    assert (ended.succeeded, ended.failed) == (6, 0), ended.errors
    reasons = sorted(service.journal(call_id)[-1].by for call_id in service.call_ids())
    assert reasons.count("network") + reasons.count("service") >= 6, reasons
    until(lambda: len(service.media_processes()) == 2)  # another has taken its place
    is_answered(service)
