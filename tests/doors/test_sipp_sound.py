"""Callers who are heard: with the service's own models, sound and keys as packets, and all that may be wrong with it."""

import contextlib
import random
import socket
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.doors.phone import LOOPBACK, Phone
from tests.doors.service import REAL, serving
from tests.servers.pcap import PACKET_MS, PACKET_SAMPLES, Talker, write_pcap
from voicebot.events import BotFinished, CallEnded, Dtmf, Fault, TurnEnded

pytestmark = pytest.mark.slow

CALLERS = Path(__file__).parents[2] / "audio_fixtures" / "callers"
SAID = "주문한 상품 배송 조회 부탁드려요"  # good_line.01
ORDER = "20261122"
GREETING_MS = 8_000  # the bot's, in which a caller listens
LISTENS_MS = 6_000
LOST_S = 5


def quiet(milliseconds):
    return np.zeros(milliseconds * 8, np.int16)


def voice():
    sound, rate_hz = soundfile.read(CALLERS / "good_line.01.flac", dtype="int16")
    assert rate_hz == 8_000
    return sound


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("service"), REAL, RTP__LOST_SECONDS=str(LOST_S), MEDIA_PROCESSES="1") as running:
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
        "speaks": sipp.start("speaks", service.sip, number="speaks", hold_ms=4_000, **keys),
        "mute": sipp.start("goodbye", service.sip, number="mute", limit_ms=20_000),
        "stops": sipp.start("stops", service.sip, number="stops", sound=folder / "short.pcap", limit_ms=20_000),
        "hasty": sipp.start("call", service.sip, number="hasty", hold_ms=1_000),
    }
    talk(service, MISCHIEF)
    outcomes = {name: run.wait(60) for name, run in runs.items()}
    for name, outcome in outcomes.items():
        assert (outcome.succeeded, outcome.failed) == (1, 0), (name, outcome.errors)
    service.ends_all_calls()
    journals = [service.journal(call_id) for call_id in service.call_ids()]
    return {events[0].caller: events for events in journals}


def transcripts(events):
    return [event.transcript for event in events if isinstance(event, TurnEnded)]


def ended(events):
    assert isinstance(events[-1], CallEnded)
    return events[-1].by, events[-1].reason


# ---- by sipp


def test_a_caller_is_understood(calls):
    events = calls["speaks"]
    assert transcripts(events)[0] == SAID
    assert "".join(event.digit for event in events if isinstance(event, Dtmf)) == ORDER + "#"
    assert ended(events) == ("caller", "hung_up")
    assert any("구스다운 이불 세트" in event.text for event in events if isinstance(event, BotFinished))


@pytest.mark.parametrize("caller", ["mute", "stops"])
def test_a_caller_of_whom_nothing_comes(calls, caller):
    """Never, or not any more: taken for gone after rtp.lost_seconds."""
    events = calls[caller]
    assert ended(events) == ("network", "no_media")
    silent_ms = events[-1].duration_ms - (1_500 if caller == "stops" else 0)
    assert LOST_S * 1000 <= silent_ms <= LOST_S * 1000 + 2_000


def test_a_caller_hangs_up_in_the_greeting(calls):
    assert ended(calls["hasty"]) == ("caller", "hung_up")
    assert calls["hasty"][-1].duration_ms < 3_000


# ---- mischief


def in_order(packets, number, chance):
    return [packets[number]]


def reordered(packets, number, chance):
    return [packets[number ^ 1]] if number ^ 1 < len(packets) else [packets[number]]


def repeated(packets, number, chance):
    return [packets[number]] * 3


def oversized(packets, number, chance):
    """Beside the sound: datagrams as large as they may be, and packets of this very stream with far too much in them."""
    if number % 10 == 0:
        return [packets[number], chance.randbytes(65_507), packets[number][:12] + chance.randbytes(8_000)]
    return [packets[number]]


def another_source(packets, number, chance):
    """The stream begins anew before the caller speaks: another SSRC, other numbers, other times."""
    if number < (GREETING_MS - 1_000) // PACKET_MS:
        return [b"".join((packets[number][:2], chance.randbytes(10), packets[number][12:]))] if False else [packets[number]]
    return [packets[number]]


MISCHIEF = {"in_order": in_order, "reordered": reordered, "repeated": repeated, "oversized": oversized}
