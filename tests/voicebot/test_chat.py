"""Text chats from the first line to the end: what the caller reads, and what the log says, in virtual time."""

import asyncio
import textwrap

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.inline import Inline
from tests.fakes.live_call import GREETING, HOURS, MORE, NOW, OPENING, OPENING_HOURS, SCENARIO, FakeServices
from tests.fakes.loop import VirtualLoop
from tests.fakes.mind import open_fake_mind
from voicebot.chat import (
    COME_AGAIN,
    LONGEST_S,
    LOST_S,
    MOST_ANNOUNCED_CHARS,
    MOST_WAITING,
    REMIND_S,
    SILENT,
    SILENT_S,
    STILL_THERE,
    TOO_LONG,
    Chat,
)
from voicebot.dialogue.line import Caller
from voicebot.events import (
    BotFinished,
    BotStarted,
    CallEnded,
    CallStarted,
    Fault,
    FlowEntered,
    HandoffRequested,
    RecordingPaused,
    TranscriptFinal,
    TurnEnded,
)
from voicebot.farewell import APOLOGY, APOLOGY_HANDOFF
from voicebot.link import AddLeg, BackToBot, Done, Press, Refused, RemoveLeg, Reoffer, Say, SetPart
from voicebot.log import EventLog
from voicebot.reading_ahead import READ_MS

TO_PERSON = """
flow: 상담사 연결
about: 사람에게 연결합니다
examples: [상담사 연결해 주세요]
steps:
  - say: 상담사에게 이어 드릴게요.
  - handoff: 일반
"""
SURVEY = """
flow: 만족도
about: 만족도를 묻습니다
examples: [만족도 조사요]
slots:
  점수: {type: digits, lengths: [1], ask: 몇 점이에요?, confirm: never}
steps:
  - ask: 점수
  - say: "{점수}점 고맙습니다."
  - handoff: 일반
"""
LOOK_UP = """
flow: 조회
about: 예약을 찾아봅니다
examples: [예약 찾아 주세요]
steps:
  - call: 예약
    path: /bookings
    meanwhile: 찾아볼게요.
  - say: 세 시에 두 분이에요.
"""
PRIVATE = """
flow: 결제
about: 카드로 결제합니다
examples: [카드로 결제할게요]
slots:
  카드: {type: digits, lengths: [4], ask: 카드 번호 네 자리요?, confirm: never}
steps:
  - recording: pause
  - ask: 카드
  - recording: resume
  - say: 결제했어요.
"""
PERSON, WANTED = "상담사 연결해 주세요", "예약 찾아 주세요"


class Held:
    """One chat, in virtual time. Leaving it checks that its log is whole."""

    def __init__(self, folder, *, has_desk=False, services=None):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.reading = Inline()
        self.log = EventLog("chat", self.clock.now_ms)
        self.run(self._open(folder, has_desk, services))

    async def _open(self, folder, has_desk, services):
        (folder / "flows").mkdir()
        (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
        for number, flow in enumerate((OPENING, OPENING_HOURS, TO_PERSON, SURVEY, LOOK_UP, PRIVATE)):
            (folder / "flows" / f"{number}.yaml").write_text(textwrap.dedent(flow), encoding="utf-8")
        self.mind = await open_fake_mind(folder)
        if services is not None:
            object.__setattr__(self.mind, "services", services)
        caller = Caller("", "15880000")
        self.chat = Chat(self.mind, caller, self.log, self.reading, lambda: NOW, has_desk=has_desk)
        self.task = asyncio.create_task(self.chat.run())

    def run(self, work):
        self.loop.run_until_complete(work)
        self.loop.run_until_complete(self.loop.settle())

    def pass_s(self, seconds):
        """In steps of a second: timers set by what happens meanwhile count from then."""
        while seconds > 0:
            self.clock.pass_ms(min(seconds, 1.0) * 1000)
            self.loop.run_until_complete(self.loop.settle())
            seconds -= 1.0

    def type(self, text, side="caller"):
        self.chat.type(text, side)
        self.loop.run_until_complete(self.loop.settle())

    def obey(self, command):
        reply = self.chat.obey(command)
        self.loop.run_until_complete(self.loop.settle())
        return reply

    def hang_up(self, by, reason):
        self.chat.hang_up(by, reason)
        self.loop.run_until_complete(self.loop.settle())

    def of(self, kind):
        return [logged.event for logged in self.log.read() if isinstance(logged.event, kind)]

    def said(self):
        return [event.text for event in self.of(BotStarted)]

    def ended(self):
        [ended] = self.of(CallEnded)
        assert self.task.done()
        return ended.by, ended.reason

    def is_up(self):
        return not self.of(CallEnded) and not self.task.done()


@pytest.fixture
def hold(tmp_path):
    held = []

    def begin(**more):
        held.append(Held(tmp_path, **more))
        return held[-1]

    yield begin
    for one in held:
        for task in asyncio.all_tasks(one.loop):
            task.cancel()
        one.loop.run_until_complete(one.loop.settle())
        one.loop.close()
        events = [logged.event for logged in one.log.read()]
        assert isinstance(events[0], CallStarted) and isinstance(events[-1], CallEnded)
        assert [type(event) for event in events].count(CallEnded) == 1


# ---- the bot


def test_a_question_is_answered_at_once(hold):
    chat = hold()
    assert chat.of(CallStarted) == [CallStarted("in", "chat", "", "15880000", "찻집")]
    assert chat.said() == [GREETING]
    chat.type("언제 열어요")
    assert chat.said() == [GREETING, HOURS, MORE]
    [final] = chat.of(TranscriptFinal)
    assert (final.side, final.turn, final.written, final.engine) == ("caller", 1, "언제 열어요", "typed")
    assert [turn.written for turn in chat.of(TurnEnded)] == ["언제 열어요"]
    assert [event.turn for event in chat.of(BotStarted)] == [0, 1, 1]
    assert chat.of(BotFinished) == [BotFinished(event.turn, event.text) for event in chat.of(BotStarted)]
    chat.hang_up("caller", "hung_up")
    assert chat.ended() == ("caller", "hung_up")


def test_what_is_typed_while_the_bot_thinks_is_in_the_log_and_answered_next(hold):
    chat = hold(services=FakeServices(takes_s=5))
    chat.type(WANTED)
    chat.type("언제 열어요")
    assert [final.turn for final in chat.of(TranscriptFinal)] == [1, 2]
    assert HOURS not in chat.said()
    chat.pass_s(6)
    said = chat.said()
    assert said.index("세 시에 두 분이에요.") < said.index(HOURS)
    assert [event.turn for event in chat.of(BotStarted) if event.text == HOURS] == [2]


def test_only_so_many_lines_wait(hold):
    chat = hold(services=FakeServices(takes_s=5))
    chat.type(WANTED)
    for number in range(MOST_WAITING + 5):
        chat.type(f"{number}번")
    assert len(chat.of(TranscriptFinal)) == 1 + MOST_WAITING


@pytest.mark.parametrize("text", ["", "  \n", "\0\u200b"])
def test_nothing_is_no_line(hold, text):
    chat = hold()
    chat.type(text)
    assert chat.of(TurnEnded) == []


def test_keys_are_digits_and_nobody_else_types_to_the_bot_without_a_desk(hold):
    chat = hold()
    chat.chat.press("12")
    chat.type("제가 도와드릴게요", "agent")
    assert [final.written for final in chat.of(TranscriptFinal)] == ["12"]


def test_what_a_flow_wants_kept_off_the_record_is_not_in_the_log(hold):
    chat = hold()
    chat.type("카드로 결제할게요")
    chat.type("1234")
    assert "결제했어요." in chat.said()
    assert chat.of(RecordingPaused) and "1234" not in str([logged.as_json() for logged in chat.log.read()])


def test_goodbye(hold):
    chat = hold()
    chat.type("언제 열어요")
    chat.type("아니요")
    assert chat.ended() == ("bot", "caller")
    before = len(chat.log.read())
    chat.type("그런데요")
    assert not chat.chat.announce("여보세요") and not chat.chat.back_to_bot("만족도")
    assert len(chat.log.read()) == before


# ---- silence


def test_who_says_nothing_is_asked_once_and_then_the_chat_is_over(hold):
    chat = hold()
    chat.pass_s(REMIND_S - 1)
    assert STILL_THERE not in chat.said()
    chat.pass_s(1)
    assert chat.said()[-1] == STILL_THERE
    chat.pass_s(SILENT_S - 1)
    assert chat.is_up() and chat.said().count(STILL_THERE) == 1
    chat.pass_s(1)
    assert chat.said()[-1] == SILENT
    assert chat.ended() == ("bot", "silence")


def test_who_answers_after_all_has_all_the_time_again(hold):
    chat = hold()
    chat.pass_s(REMIND_S + SILENT_S - 1)
    chat.type("언제 열어요")
    chat.pass_s(REMIND_S - 1)
    assert chat.said()[-2:] == [HOURS, MORE]
    chat.pass_s(1)
    assert chat.said()[-1] == STILL_THERE


def test_the_longest_chat(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    chat.pass_s(LONGEST_S - 1)
    assert chat.is_up()
    chat.pass_s(1)
    assert chat.said()[-1] == TOO_LONG
    assert chat.ended() == ("service", "too_long")


# ---- people


def test_without_a_desk_a_handoff_ends_it(hold):
    chat = hold()
    chat.type(PERSON)
    assert [event.skill for event in chat.of(HandoffRequested)] == ["일반"]
    assert chat.ended() == ("bot", "handoff")


def test_a_person_is_waited_for_writes_and_hangs_up(hold):
    chat = hold(has_desk=True)
    assert chat.obey(Say("chat", "앞에 두 분이 계세요.")) == Done(False)  # the bot has it
    chat.type(PERSON)
    assert len(chat.of(HandoffRequested)) == 1 and chat.is_up()
    assert chat.obey(Say("chat", "앞에 두 분이 계세요.")) == Done()
    assert chat.of(BotFinished)[-1] == BotFinished(0, "앞에 두 분이 계세요.")
    said = len(chat.said())
    chat.pass_s(REMIND_S + SILENT_S + 1)  # nobody is reminded who waits
    chat.type("안녕하세요 상담사입니다", "agent")
    chat.type("언제 열어요")
    finals = [(one.side, one.turn, one.engine) for one in chat.of(TranscriptFinal)]
    assert finals == [("caller", 1, "typed"), ("agent", 2, "typed"), ("caller", 3, "typed")]
    assert len(chat.said()) == said  # the bot keeps out of it
    chat.hang_up("agent", "hung_up")
    assert chat.ended() == ("agent", "hung_up")


def test_what_an_agent_writes_is_read_as_it_stands(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    chat.type("이천 원 할인돼요.\n\n 두 시까지\0주문해 주세요. \n" + "가" * 3_000, "agent")
    final = chat.of(TranscriptFinal)[-1]
    assert final.written.startswith("이천 원 할인돼요.\n\n두 시까지 주문해 주세요.\n가가")
    assert final.spoken == final.written and 1_990 < len(final.written) <= 2_000
    chat.type(" \n\0", "agent")
    assert chat.of(TranscriptFinal)[-1] == final


def test_nobody_is_there(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    chat.hang_up("bot", "handoff")
    assert chat.ended() == ("bot", "handoff")


def test_back_to_the_bot_and_to_people_again(hold):
    chat = hold(has_desk=True)
    assert chat.obey(BackToBot("chat", "만족도")) == Done(False)  # it has it
    chat.type(PERSON)
    chat.type("설문으로 모실게요", "agent")
    assert chat.obey(BackToBot("chat", "그런 흐름")) == Done(False)
    assert chat.obey(BackToBot("chat", "만족도")) == Done()
    assert chat.of(FlowEntered)[-1].flow == "만족도" and chat.said()[-1] == "몇 점이에요?"
    assert chat.of(BotStarted)[-1].turn == 2  # behind the agent's word
    chat.type("5")
    assert "5점 고맙습니다." in chat.said()
    assert len(chat.of(HandoffRequested)) == 2 and chat.is_up()
    chat.type("고맙습니다", "agent")
    assert chat.of(TranscriptFinal)[-1].side == "agent"


def test_back_to_the_bot_twice_at_once(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    assert chat.chat.back_to_bot("만족도") and not chat.chat.back_to_bot("만족도")


def test_a_person_who_writes_to_the_bots_caller_takes_over(hold):
    chat = hold(has_desk=True, services=FakeServices(takes_s=5))
    chat.type(WANTED)
    chat.type("언제 열어요")
    chat.type("제가 이어서 도와드릴게요", "agent")
    chat.pass_s(10)
    chat.type("네 고맙습니다")
    assert not {HOURS, "세 시에 두 분이에요."} & set(chat.said())
    assert [final.side for final in chat.of(TranscriptFinal)] == ["caller", "caller", "agent", "caller"]
    assert chat.is_up() and not chat.of(Fault)
    chat.obey(BackToBot("chat", "만족도"))
    assert chat.said()[-1] == "몇 점이에요?"


def test_nobody_has_a_leg_in_a_chat(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    assert chat.obey(SetPart("chat", "kim", "talking")) == Done()
    assert chat.obey(RemoveLeg("chat", "kim")) == Done()
    for command in (AddLeg("chat", "kim", "webrtc", "v=0"), Reoffer("chat", "v=0", "kim")):
        assert isinstance(chat.obey(command), Refused)
    assert chat.obey(Press("chat", "1")) == Done(False)
    chat.hang_up("caller", "hung_up")
    assert chat.obey(SetPart("chat", "kim", "talking")) == Done(False)


def test_what_is_announced_has_a_length(hold):
    chat = hold(has_desk=True)
    chat.type(PERSON)
    chat.obey(Say("chat", "가" * 10_000))
    assert len(chat.said()[-1]) == MOST_ANNOUNCED_CHARS


# ---- what goes wrong


def test_a_conversation_that_breaks_is_told_of_and_ends(hold, monkeypatch):
    chat = hold()
    monkeypatch.setattr(chat.mind.answers, "stream", None)
    monkeypatch.setattr(type(chat.chat.conversation), "serve_wish", _broken)
    chat.type("언제 열어요")
    [fault] = chat.of(Fault)
    assert (fault.room, fault.what) == ("dialogue", "RuntimeError: out of tea")
    assert chat.said()[-1] == f"{APOLOGY} {COME_AGAIN}"
    assert chat.ended() == ("service", "fault")


def test_where_there_are_people_they_go_on(hold, monkeypatch):
    chat = hold(has_desk=True)
    monkeypatch.setattr(type(chat.chat.conversation), "serve_wish", _broken)
    chat.type("언제 열어요")
    assert chat.said()[-1] == f"{APOLOGY} {APOLOGY_HANDOFF}"
    assert [event.reason for event in chat.of(HandoffRequested)] == ["fault"]
    chat.type("상담사입니다", "agent")
    assert chat.is_up()


def test_a_mind_that_does_not_come_back(hold):
    chat = hold(has_desk=True, services=FakeServices(takes_s=10_000))
    chat.type(WANTED)
    chat.pass_s(LOST_S + 1)
    [fault] = chat.of(Fault)
    assert "turn 1 in 32 s" in fault.what
    assert chat.said()[-1] == f"{APOLOGY} {APOLOGY_HANDOFF}" and chat.is_up()
    chat.obey(BackToBot("chat", "만족도"))
    assert chat.said()[-1] == "몇 점이에요?"


def test_an_index_that_hangs(hold):
    chat = hold()
    chat.reading.hangs = True
    chat.type("언제 열어요")
    chat.pass_s(READ_MS / 1000 + 1)
    assert chat.ended() == ("service", "fault")
    assert "looking up" in chat.of(Fault)[0].what


def test_hung_up_while_the_bot_thinks(hold):
    chat = hold(services=FakeServices(takes_s=2))
    chat.type(WANTED)
    chat.hang_up("caller", "hung_up")
    chat.hang_up("network", "gone")
    chat.pass_s(4)
    assert chat.ended() == ("caller", "hung_up")
    assert "세 시에 두 분이에요." not in chat.said()


def test_a_process_that_goes_down_leaves_a_whole_log(hold):
    chat = hold(has_desk=True)
    chat.task.cancel()
    chat.pass_s(1)
    assert [(event.by, event.reason) for event in chat.of(CallEnded)] == [("service", "stopped")]


async def _broken(self, reading):
    raise RuntimeError("out of tea")
