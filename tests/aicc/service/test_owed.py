"""Which calls have no note, and that one is written late."""

import asyncio

import pytest

from aicc.service import owed as module
from aicc.service.late_notes import LateNotes
from aicc.service.owed import latest_calls, owed
from tests.aicc.service.helped_calls import HelpedCalls, final
from tests.fakes.assist_process import open_fake_services
from voicebot.events import Suggested, WrappedUp
from voicebot.journal import NAME
from voicebot.log import new_call_id

NOTE = WrappedUp({}, "", "", 0.0)


@pytest.fixture
def front(tmp_path):
    async def made():
        return HelpedCalls(tmp_path)

    return asyncio.run(made())


def ended(front, *events):
    call_id = front.begin(*events)
    front.end(call_id, lambda call_id: None)
    return call_id


def test_calls_that_are_over_and_have_no_note_the_oldest_first(front, tmp_path):
    calls = tmp_path / "calls"
    assert owed(calls) == []
    first, runs = ended(front), front.begin()
    noted = front.begin(NOTE)
    front.end(noted, lambda call_id: None)
    (calls / new_call_id()).mkdir()  # its caller never came
    (calls / ".expired-x").mkdir()
    (calls / "zzz").write_text("")
    torn = ended(front)
    with (calls / torn / NAME).open("ab") as file:
        file.write(b'{"call_id": "0190')
    assert owed(calls) == sorted([first, torn])  # ids begin with their time
    assert runs in latest_calls(calls)


def test_yesterdays_calls_and_more_than_so_many_are_not_looked_at(front, tmp_path, monkeypatch):
    call_ids = [ended(front) for _ in range(3)]
    calls = tmp_path / "calls"
    tomorrow_s = module.started_at_of(call_ids[0]).timestamp() + module.OLDEST_S + 1
    assert owed(calls, tomorrow_s + 3_600) == []
    monkeypatch.setattr(module, "LATEST", 2)
    assert latest_calls(calls) == sorted(call_ids)[1:]


def test_a_note_is_written_late_and_once(front, tmp_path, caplog):
    async def run():
        appended = []

        async def append(call_id, events):
            appended.append((call_id, events))
            if len(appended) == 1:
                raise RuntimeError("nobody answers")
            return await front.appending.append(call_id, events)

        notes = LateNotes(tmp_path / "calls", open_fake_services(front.start("assist")), append)
        failing, other, elsewhere = sorted(ended(front, final("하나")) for _ in range(3))
        path = tmp_path / "calls" / elsewhere / NAME
        path.write_bytes(path.read_bytes().replace("누리".encode(), "남의 회사".encode()))
        await notes.write_all()
        assert [call_id for call_id, _ in appended] == [failing, other]
        assert f"{failing}: its note could not be written" in caplog.text
        await notes.write_all()
        await notes.write(other)
        await notes.write(new_call_id())
        assert [call_id for call_id, _ in appended] == [failing, other, failing]
        [note] = front.said(failing, WrappedUp)
        assert (note.cause, note.summary) == (2, {"heard": [0, 1, 2]})
        assert front.said(failing, Suggested) == []
        await front.close()

    asyncio.run(run())
