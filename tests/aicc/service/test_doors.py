"""The front's side of all doors: what comes before they are open, and which addresses may come in."""

import asyncio
import logging
import socket
from uuid import UUID

import pytest

from aicc.door_settings import AudioSocket
from aicc.service.doors import Doors, DoorUnusable
from aicc.service.sip.telephone import NobodyToCall
from aicc.settings import Settings
from voicebot.doors.audiosocket import CALL, HEADER
from voicebot.link import Accepted, Done, HangUp, Refused


class Answering:
    """Stands in for scenarios."""

    def answering(self, called):
        return "s"


class Front:
    """Answers offers by ``answer``, and holds what else was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.offered, self.asked = [], asyncio.Queue()

    async def offer(self, door, caller, callee, direction, scenario, variables, sdp="", host=""):
        self.offered.append((door, direction, scenario, dict(variables)))
        return self.answer

    async def ask(self, call_id, command):
        self.asked.put_nowait(command)
        return Done()


def doors(**settings):
    return Doors(Settings.load_defaults().model_copy(update=settings), Answering())


# ---- before they are open


def test_a_page_that_calls_while_the_service_starts_is_told_so():
    async def run():
        assert await doors().take_page("", "v=0") == Refused("the service is starting")

    asyncio.run(run())


def test_a_call_that_is_wanted_while_the_service_starts():
    async def run():
        with pytest.raises(NobodyToCall, match="the service is starting: try again in a few seconds"):
            await doors().place("01012345678", "s", {})

    asyncio.run(run())


def test_without_a_telephone_nobody_is_called():
    async def run():
        closed = doors()
        async with closed.opened(Front(Refused("busy"))) as addresses:
            assert addresses == []
            assert closed.status() == {}
            assert closed.telephone is None
            closed.left("a call of nobody's")
            with pytest.raises(NobodyToCall, match=r"write sip\.listen and sip\.outbound into aicc\.yaml"):
                await closed.place("01012345678", "s", {})

    asyncio.run(run())


# ---- AudioSocket


CALLS_UUID = UUID("01020304-0506-0708-090a-0b0c0d0e0f10")


def introduced(address):
    """A caller of Asterisk's, who has said which call it is and begins to speak."""
    sock = socket.create_connection(address)
    sock.settimeout(5)
    sock.sendall(HEADER.pack(CALL, 16) + CALLS_UUID.bytes + HEADER.pack(0x10, 2) + b"\0\0")
    return sock


def hears_the_end(sock):
    try:
        return sock.recv(64) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "answer", [Refused("busy"), Accepted("a", "/nowhere/at/all.sock")], ids=["no room", "its process is gone"]
)
def test_an_audiosocket_caller_who_is_not_taken_is_sent_away_and_the_slot_given_back(answer, caplog):
    async def run():
        front = Front(answer)
        listening = doors(audiosocket=AudioSocket(listen="127.0.0.1:0"))
        async with listening.opened(front) as [address]:
            host, _, port = address.removeprefix("audiosocket://").rpartition(":")
            caller = await asyncio.to_thread(introduced, (host, int(port)))
            with caller:
                assert await asyncio.to_thread(hears_the_end, caller)
            assert front.offered == [("audiosocket", "in", "s", {"audiosocket": str(CALLS_UUID)})]
            if isinstance(answer, Accepted):
                assert await front.asked.get() == HangUp("a", "service", "not_handed_over")
                assert "an AudioSocket call from 127.0.0.1 could not be handed over" in caplog.text
            else:
                assert "an AudioSocket call from 127.0.0.1 is not taken: busy" in caplog.text
            assert front.asked.empty()

    caplog.set_level(logging.WARNING)
    asyncio.run(run())


def test_an_address_that_somebody_else_has_is_told():
    async def run():
        with socket.create_server(("127.0.0.1", 0)) as taken:
            at = f"127.0.0.1:{taken.getsockname()[1]}"
            why = f"nothing can listen at {at}: .*: check audiosocket.listen in aicc.yaml"
            with pytest.raises(DoorUnusable, match=why):
                async with doors(audiosocket=AudioSocket(listen=at)).opened(Front(Refused("busy"))):
                    pass

    asyncio.run(run())
