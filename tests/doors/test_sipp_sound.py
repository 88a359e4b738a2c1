"""Callers who are heard by the service's own models: sound and keys in packets, and all that may be wrong with them."""

import contextlib
import os
import socket
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.doors.phone import LOOPBACK, Phone
from tests.doors.service import REAL, serving
from tests.servers.pcap import PACKET_MS, Talker, write_pcap
from voicebot.events import BotStarted, CallEnded, Dtmf, Fault, TurnEnded

pytestmark = pytest.mark.slow

CALLERS = Path(__file__).parents[2] / "audio_fixtures" / "callers"
SAID = "주문한 상품 배송 조회 부탁드려요"  # good_line.01
ORDER = "20261122"
GREETING_MS = 8_000  # the bot's, in which a caller listens
LISTENS_MS = 3_000
LOST_S = 5


def quiet(milliseconds):
    return np.zeros(milliseconds * 8, np.int16)


def voice():
    sound, rate_hz = soundfile.read(CALLERS / "good_line.01.flac", dtype="int16")
    assert rate_hz == 8_000
    return sound


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(
        tmp_path_factory.mktemp("service"), REAL, RTP__LOST_SECONDS=str(LOST_S), MEDIA_PROCESSES="1"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Packets of a caller who asks, and presses what is asked for."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP).close()
    except PermissionError:
        pytest.skip("sipp plays packets through raw sockets, which are forbidden here: run the tests as root")
    folder = tmp_path_factory.mktemp("pcap")
    talker = Talker()
    sound = np.concatenate([quiet(GREETING_MS), voice(), quiet(LISTENS_MS)])
    write_pcap(folder / "sound.pcap", talker.says(sound))
    write_pcap(folder / "keys.pcap", talker.presses(ORDER))
    write_pcap(folder / "short.pcap", Talker().says(quiet(1_500)))
    return folder, 1000 * len(sound) // 8_000


@pytest.fixture(scope="module")
def calls(sipp, service, played):
    """All calls of this module, at once; the ids of each, by who calls."""
    folder, sound_ms = played
    keys = {"sound": folder / "sound.pcap", "sound_ms": sound_ms + 200, "keys": folder / "keys.pcap", "key": "#"}
    runs = {
        "speaks": sipp.start("speaks", service.sip, number="speaks", hold_ms=3_000, **keys),
        "mute": sipp.start("goodbye", service.sip, number="mute", limit_ms=20_000),
        "stops": sipp.start("stops", service.sip, number="stops", sound=folder / "short.pcap", limit_ms=20_000),
        "hasty": sipp.start("call", service.sip, number="hasty", hold_ms=1_000),
    }
    talk(service)
    outcomes = {name: run.wait(60) for name, run in runs.items()}
    for name, outcome in outcomes.items():
        assert (outcome.succeeded, outcome.failed) == (1, 0), (name, outcome.errors)
    service.ends_all_calls()
    journals = [service.journal(call_id) for call_id in service.call_ids()]
    return {events[0].caller: events for events in journals}


def transcripts(events):
    return [event.spoken for event in events if isinstance(event, TurnEnded)]


def ended(events):
    assert isinstance(events[-1], CallEnded)
    return events[-1].by, events[-1].reason


# ---- by sipp


def test_a_caller_is_understood(calls):
    events = calls["speaks"]
    assert transcripts(events)[0] == SAID
    assert "".join(event.digit for event in events if isinstance(event, Dtmf)) == ORDER + "#"
    assert ended(events) == ("caller", "hung_up")
    assert any("구스다운 이불 세트" in event.text for event in events if isinstance(event, BotStarted))


@pytest.mark.parametrize("caller", ["mute", "stops"])
def test_a_caller_of_whom_nothing_comes(calls, caller):
    """Never, or not any more: taken for gone after rtp.lost_seconds."""
    events = calls[caller]
    assert ended(events) == ("network", "no_media")
    silent_ms = events[-1].duration_ms - (1_500 if caller == "stops" else 0)
    assert -200 <= silent_ms - LOST_S * 1000 <= 2_000


def test_a_caller_hangs_up_in_the_greeting(calls):
    assert ended(calls["hasty"]) == ("caller", "hung_up")
    assert calls["hasty"][-1].duration_ms < 3_000


# ---- by packets of a test's own


def in_order():
    return [[packet] for packet in Talker().says(asking())]


def reordered():
    """Each with the one behind it."""
    packets = in_order()
    return [packets[number ^ 1] if number ^ 1 < len(packets) else packets[number] for number in range(len(packets))]


def repeated():
    return [packets * 3 for packets in in_order()]


def oversized():
    """Beside the sound: the largest datagrams that there are, and packets of this very stream with too much in them."""
    return [
        [*packets, os.urandom(65_507), packets[0][:12] + os.urandom(8_000)] if number % 10 == 0 else packets
        for number, packets in enumerate(in_order())
    ]


def of_two_sources():
    """The stream begins anew in a pause: another SSRC, other numbers, other times."""
    pause = (GREETING_MS - 2_000) // PACKET_MS
    return in_order()[:pause] + in_order()[pause:]


def among_strangers():
    return in_order()


def asking():
    return np.concatenate([quiet(GREETING_MS), voice(), quiet(LISTENS_MS)])


STREAMS = [in_order, reordered, repeated, oversized, of_two_sources, among_strangers]


def talk(service):
    """Calls of all :data:`STREAMS` at once. Strangers shout into one of them, louder than its caller speaks."""
    noise = np.random.default_rng(1).integers(-20_000, 20_000, len(asking()), np.int16)
    shouted = Talker().says(noise)
    with contextlib.ExitStack() as stack:
        phones = [stack.enter_context(Phone(service.sip, number=stream.__name__)) for stream in STREAMS]
        stranger = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        stranger.bind((LOOPBACK, 0))
        for phone in phones:
            phone.call()
        streams = [stream() for stream in STREAMS]
        began_s = time.monotonic()
        for number in range(len(streams[0])):
            for phone, stream in zip(phones, streams, strict=True):
                for packet in stream[number]:
                    phone.rtp.sendto(packet, phone.remote_rtp)
            stranger.sendto(shouted[number], phones[-1].remote_rtp)
            time.sleep(max(0.0, began_s + (number + 1) * PACKET_MS / 1000 - time.monotonic()))
        for phone in phones:
            phone.hang_up()


@pytest.mark.parametrize("stream", STREAMS, ids=[stream.__name__ for stream in STREAMS])
def test_a_caller_is_understood_whatever_else_comes(calls, stream):
    events = calls[stream.__name__]
    assert transcripts(events)[0] == SAID
    assert ended(events) == ("caller", "hung_up")
    faults = [event.what for event in events if isinstance(event, Fault)]
    if stream is among_strangers:
        assert any("packets of strangers were dropped" in what for what in faults)
    else:
        assert not faults
