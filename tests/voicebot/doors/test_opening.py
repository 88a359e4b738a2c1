"""Doors are opened as an installation has chosen, and what it needs is loaded before the first call."""

import asyncio
import contextlib
import subprocess
import sys

import pytest

from tests.fakes.sip import sdp
from voicebot.doors.negotiable import ConnectingDoor, NotAcceptable
from voicebot.doors.opening import Doors, NoSuchDoor
from voicebot.doors.rtp.ports import NoPorts
from voicebot.doors.webrtc.ice_server import IceServer
from voicebot.link import Offer

PORTS = 41_000, 41_099
ENCRYPTED = sdp().replace("RTP/AVP", "RTP/SAVP") + f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{'A' * 40}\r\n"


def offer(door="sip", host="127.0.0.1"):
    return Offer("a", door, "", "", "in", "s", host=host)


def doors(**chosen):
    return Doors(**({"rtp_ports": PORTS, "codecs": ("PCMA",), "srtp": "off", "lost_after_s": 60} | chosen))


def agreed(door, theirs):
    """What the door answers; it is closed."""

    async def run():
        try:
            return await door.answer(theirs)
        finally:
            door.hang_up()

    return asyncio.run(run())


def test_a_telephones_door_speaks_what_was_chosen_where_it_was_chosen():
    door = doors().open(offer())
    assert not isinstance(door, ConnectingDoor)
    answer = agreed(door, sdp())
    [audio] = [line for line in answer.splitlines() if line.startswith("m=audio")]
    _, port, _, *formats = audio.split()
    assert PORTS[0] <= int(port) <= PORTS[1]
    assert formats == ["8", "101"]  # of 0 and 8 what was chosen; and keys
    assert "c=IN IP4 127.0.0.1" in answer


def test_what_others_are_told_may_be_another_address_than_the_one_that_packets_come_to():
    door = doors(rtp_host="127.0.0.1").open(offer(host="203.0.113.5"))
    assert "c=IN IP4 203.0.113.5" in agreed(door, sdp())


@pytest.mark.parametrize(
    ("chosen", "takes_clear", "takes_encrypted"),
    [("off", True, False), ("optional", True, True), ("required", False, True)],
)
def test_encryption_is_as_it_was_chosen(chosen, takes_clear, takes_encrypted):
    for theirs, is_taken in ((sdp(), takes_clear), (ENCRYPTED, takes_encrypted)):
        with contextlib.nullcontext() if is_taken else pytest.raises(NotAcceptable):
            assert "m=audio" in agreed(doors(srtp=chosen).open(offer()), theirs)


def test_a_pages_door_gets_new_passwords_for_each_call():
    asked = []

    def servers():
        asked.append(len(asked))
        return [IceServer("turn:127.0.0.1:3478", f"user {len(asked)}", "x")]

    async def run():
        of = doors(ice_servers=servers)
        for _ in range(2):
            door = of.open(offer("webrtc", ""))
            assert isinstance(door, ConnectingDoor)
            door.hang_up()

    asyncio.run(run())
    assert asked == [0, 1]


def test_a_door_that_does_not_agree_by_descriptions():
    with pytest.raises(NoSuchDoor, match="no door wav agrees by descriptions: there are sip and webrtc"):
        doors().open(offer("wav"))


def test_no_ports_are_told():
    taken = [doors(rtp_ports=(41_100, 41_101)).open(offer())]
    with pytest.raises(NoPorts, match="widen the range of ports"):
        doors(rtp_ports=(41_100, 41_101)).open(offer())
    taken[0].hang_up()


def test_nothing_is_loaded_when_a_call_comes():
    """Modules take some milliseconds each, in which the calls of the process would stand still."""
    code = """
import asyncio, sys
from voicebot.doors.opening import Doors
from voicebot.link import Offer

async def run():
    of = Doors((41_200, 41_299), ("PCMU",), "optional", 60)
    before = set(sys.modules)
    for door in ("sip", "webrtc"):
        of.open(Offer("a", door, "", "", "in", "s", host="127.0.0.1")).hang_up()
    print(sorted(name for name in set(sys.modules) - before if name.startswith(("voicebot", "aio"))))

asyncio.run(run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
