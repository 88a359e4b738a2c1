"""Chats among the calls of one process: how they begin, what they take, what is kept of them."""

from tests.fakes.live_call import GREETING, HOURS
from tests.voicebot.test_media import Caller, open_house
from voicebot.doors.door import PARTS_OF_A_SLOT
from voicebot.events import (
    BotFinished,
    BotStarted,
    CallEnded,
    CallStarted,
    Fault,
    PageShown,
    TranscriptFinal,
    fields_of,
)
from voicebot.journal import NAME, read_journal
from voicebot.link import (
    Accepted,
    AddLeg,
    Append,
    BackToBot,
    Begin,
    Done,
    HangUp,
    Press,
    Refused,
    Reoffer,
    Say,
    SendKeys,
    SetPart,
    Type,
)

__all__ = ["open_house"]


def chat(house, call_id="a"):
    """One that has begun."""
    accepted = house.offer(call_id, door="chat", caller="")
    house.pass_ms(40)
    return accepted


def obey(house, command):
    reply = house.loop.run_until_complete(house.media.obey(command))
    house.pass_ms(40)
    return reply


def test_it_begins_at_once_and_its_journal_is_kept(open_house):
    house = open_house()
    assert chat(house) == Accepted("a")
    assert house.events("a", CallStarted)[0].door == "chat" and GREETING in house.said("a")
    assert obey(house, Type("a", "언제 열어요")) == Done()
    assert HOURS in house.said("a")
    shown = PageShown("kim", "page", "약도", "https://example.com/")
    assert obey(house, Append("a", (fields_of(shown),))) == Done()
    assert obey(house, HangUp("a", "caller", "hung_up")) == Done()
    house.until_gone("a")
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason, ended.recording) == ("caller", "hung_up", None)
    assert house.at_gone["a"] == {NAME}
    told = [logged for logged in house.told if logged.call_id == "a"]
    assert read_journal(house.call_folder("a") / NAME) == told
    assert shown in house.events("a")
    assert obey(house, Type("a", "여보세요")) == Done(False)


def test_a_chat_takes_a_tenth_of_a_slot(open_house):
    house = open_house(slots=2)
    for number in range(PARTS_OF_A_SLOT):
        assert chat(house, f"chat {number}") == Accepted(f"chat {number}")
    house.call("a")
    assert house.offer("one call more") == Refused("full")
    assert house.offer("one chat more", door="chat") == Refused("full")
    obey(house, HangUp("chat 3", "caller", "hung_up"))
    house.until_gone("chat 3")
    assert house.offer("a call for a tenth") == Refused("full")
    assert chat(house, "another chat") == Accepted("another chat")


def test_what_a_chat_has_not_is_refused(open_house):
    house = open_house()
    chat(house)
    for command in (Begin("a", "v=0"), SendKeys("a", "1"), Say("a", "잠시만요"), BackToBot("a", "영업시간")):
        assert obey(house, command) == Done(False)
    for command in (Reoffer("a", "v=0"), Reoffer("a", "v=0", "kim"), AddLeg("a", "kim", "webrtc", "v=0")):
        assert isinstance(obey(house, command), Refused)
    assert obey(house, SetPart("a", "kim", "talking")) == Done()
    assert obey(house, Press("a", "12")) == Done()
    assert [final.written for final in house.events("a", TranscriptFinal)] == ["12"]


def test_what_fails_in_calls_by_voice_is_no_matter_of_chats(open_house):
    house = open_house()
    chat(house)
    caller = house.call("b")
    house.media.fault("ear", "the models hang", "another recognizer")
    house.pass_ms(40)
    assert house.events("b", Fault) and not house.events("a", Fault)
    assert isinstance(caller, Caller)


def test_a_process_that_goes_down_ends_its_chats(open_house):
    house = open_house()
    chat(house)
    house.close()
    [ended] = house.events("a", CallEnded)
    assert (ended.by, ended.reason) == ("service", "stopped")
    assert len(house.events("a", BotFinished)) == len(house.events("a", BotStarted))
