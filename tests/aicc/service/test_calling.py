"""A recorded caller asks in one line, and is told in one line where the call is, or why there is none."""

import asyncio
import contextlib
import json

import pytest

from aicc.service import calling
from aicc.service.calling import CallIn, CallNotTaken, TakenCall, call_in, calls_socket, calls_taken
from voicebot.link import Accepted, Refused


@contextlib.asynccontextmanager
async def listening(tmp_path, offer):
    (tmp_path / "run").mkdir()
    async with calls_taken(calls_socket(tmp_path), offer):
        yield calls_socket(tmp_path)


async def said(path, line):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    answer = await reader.readline()
    writer.close()
    return json.loads(answer)


def test_a_call_is_taken(tmp_path):
    wishes = []

    async def offer(wish):
        wishes.append(wish)
        return Accepted("c", "/run/media-1.sock", 8_000)

    async def run():
        async with listening(tmp_path, offer) as path:
            assert path.stat().st_mode & 0o777 == 0o600
            taken = await call_in(
                path, caller="010", called="1588", direction="out", scenario="s", variables={"이름": "김누리"}
            )
            plain = await call_in(path)
            return taken, plain

    assert asyncio.run(run()) == (TakenCall("c", "/run/media-1.sock", 8_000),) * 2
    assert wishes == [
        CallIn(caller="010", called="1588", direction="out", scenario="s", variables={"이름": "김누리"}),
        CallIn(),
    ]


def test_a_call_that_is_refused_says_why(tmp_path):
    async def full(wish):
        return Refused("busy")

    async def broken(wish):
        raise RuntimeError

    async def run():
        async with listening(tmp_path, full) as path:
            with pytest.raises(CallNotTaken, match="the service did not take the call: busy") as refused:
                await call_in(path)
            assert refused.value.reason == "busy"
        async with calls_taken(path, broken):
            with pytest.raises(CallNotTaken, match="the service failed: see its log"):
                await call_in(path)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"hello\n", "the line does not fit: "),
        (b"\xff\xff\n", "the line does not fit: "),
        (b'{"caller": 7}\n', "caller does not fit: "),
        (b'{"colour": "red"}\n', "colour does not fit: "),
        (b'{"direction": "up"}\n', "direction does not fit: "),
        (b'{"variables": {"a": 1}}\n', "variables.a does not fit: "),
        (b'{"caller": "' + b"1" * 201 + b'"}\n', "caller does not fit: "),
        (b"x" * 70_000, "a line of more than 65,536 bytes: send fewer variables"),
    ],
)
def test_a_line_that_is_no_wish(tmp_path, line, error):
    async def run():
        async with listening(tmp_path, None) as path:
            assert (await said(path, line))["error"].startswith(error)

    asyncio.run(run())


def test_who_says_nothing_is_sent_away(tmp_path, monkeypatch):
    monkeypatch.setattr(calling, "LINE_S", 0.01)

    async def run():
        async with listening(tmp_path, None) as path:
            assert (await said(path, b"{"))["error"].startswith("nothing was asked for")

    asyncio.run(run())


def test_where_no_service_listens(tmp_path):
    async def run():
        with pytest.raises(CallNotTaken, match=r'no service listens at ".*calls\.sock": start "aicc serve"'):
            await call_in(calls_socket(tmp_path))

    asyncio.run(run())


def test_a_socket_that_a_killed_service_left_is_no_obstacle(tmp_path):
    async def offer(wish):
        return Accepted("c", "/s")

    async def run():
        (tmp_path / "run").mkdir()
        calls_socket(tmp_path).touch()
        async with calls_taken(calls_socket(tmp_path), offer):
            assert (await call_in(calls_socket(tmp_path))).call_id == "c"
        assert not calls_socket(tmp_path).exists()

    asyncio.run(run())
