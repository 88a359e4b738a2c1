"""Into a call's log, whoever owns it just now."""

import asyncio

import pytest

from aicc.service import appending as module
from aicc.service.appending import Appending
from aicc.service.live_calls import LiveCalls
from voicebot.events import CallEnded, CallStarted, Logged, SuggestionUsed, type_of
from voicebot.journal import NAME, line_of, read_journal
from voicebot.link import Append, Done, Refused
from voicebot.log import new_call_id

USED = SuggestionUsed(1, "faq-1", "used", "김상담")


@pytest.fixture
def call_id():
    return new_call_id()


def written(tmp_path, call_id, *events):
    folder = tmp_path / call_id
    folder.mkdir()
    log = [Logged(call_id, seq, seq, event) for seq, event in enumerate(events)]
    (folder / NAME).write_bytes(b"".join(map(line_of, log)))
    return log


def appended(tmp_path, call_id, ask, live=None, heard=()):
    async def run():
        calls = live or LiveCalls(lambda call_id: [], heard)
        appending = Appending(ask, calls, tmp_path)
        try:
            return await appending.append(call_id, [USED])
        finally:
            appending.close()

    return asyncio.run(run())


def test_a_call_that_runs_is_its_processs(tmp_path, call_id):
    asked = []

    async def ask(of, command):
        asked.append((of, command))
        return Done()

    assert appended(tmp_path, call_id, ask)
    [(of, command)] = asked
    assert of == call_id and isinstance(command, Append)
    assert command.events[0]["type"] == type_of(USED) and command.events[0]["document"] == "faq-1"


async def nobody(of, command):
    return Refused("the call is over")


def test_behind_a_call_it_comes_into_the_journal_and_to_those_who_hear(tmp_path, call_id):
    written(tmp_path, call_id, CallStarted("in", "sip", "", "", "누리"), CallEnded("caller", "hung_up", 2))
    heard = []
    assert appended(tmp_path, call_id, nobody, heard=[heard.append])
    assert [one.event for one in heard] == [USED] and heard[0].seq == 2
    assert read_journal(tmp_path / call_id / NAME)[-1] == heard[0]


def test_while_what_is_left_of_a_call_is_made_whole_it_waits(tmp_path, call_id, monkeypatch):
    monkeypatch.setattr(module, "PAUSE_S", 0.001)
    log = written(tmp_path, call_id, CallStarted("in", "sip", "", "", "누리"), CallEnded("caller", "hung_up", 2))
    live = LiveCalls(lambda call_id: [])
    live.take(log)
    asked = []

    async def ask(of, command):
        asked.append(of)
        if len(asked) == 3:
            live.forget(call_id)
        return Refused("the call is over")

    assert appended(tmp_path, call_id, ask, live)
    assert len(asked) == 3
    assert read_journal(tmp_path / call_id / NAME)[-1].event == USED


def test_a_call_that_is_not_there_and_one_whose_process_keeps_silent(tmp_path, call_id, monkeypatch):
    assert not appended(tmp_path, call_id, nobody)
    monkeypatch.setattr(module, "ENDING_S", 0.05)
    monkeypatch.setattr(module, "PAUSE_S", 0.001)
    live = LiveCalls(lambda call_id: [])
    live.take([Logged(call_id, 0, 0, CallStarted("in", "sip", "", "", "누리"))])
    assert not appended(tmp_path, call_id, nobody, live)
