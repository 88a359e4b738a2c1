"""What the voice makes ready is what is said next."""

import pytest

from kb.entry import Entry
from tests.fakes.line import ScriptedLine
from tests.voicebot.dialogue import calls
from voicebot.dialogue.heard import Heard

FLOWS = """
flow: 예약
about: 자리를 잡아 드립니다
examples: [예약하고 싶어요]
slots:
  인원: {type: digits, lengths: [2], ask: [몇 분이세요?, 몇 분이 오세요?]}
  날짜: {type: date, ask: 며칠이요?}
steps:
  - link: 확인
  - recording: pause
  - ask: [날짜, 인원]
---
flow: 확인
about: 회원인지 확인합니다
slots:
  회원: {type: digits, lengths: [4], ask: 회원번호 네 자리요?, keep: call}
steps:
  - when: not 회원
    ask: 회원
  - say: "{회원}번 고객님."
---
flow: 배달
about: 찻잎을 보내 드립니다
examples: [찻잎 보내 주세요]
steps:
  - say: [찻잎이군요., 차를 드릴게요.]
  - branch:
      - when: 오늘
        steps: [{say: 오늘 갑니다.}]
  - say: 셋째는 없어요.
---
flow: 배차
about: 차를 보내 드립니다
examples: [찻잎 보내 줘요]
steps: [{say: 차를 보냅니다.}]
---
flow: 사람
kind: global
repairs: person
about: 사람에게 연결합니다
steps: [{handoff: 점장, say: 점장님께 연결해 드릴게요.}]
---
flow: 조회
about: 서비스에 묻습니다
examples: [어디까지 왔는지 봐 주세요]
steps:
  - {call: 예약, path: /}
  - say: 다 왔어요.
---
flow: 값
about: 값을 알려 드립니다
examples: [값 알려 주세요]
steps: [{say: "{값|원}이에요."}]
"""
FAQ = [Entry("F1", "몇 시에 여나요", "아홉 시에 열어요. 일요일은 쉬어요."), Entry("F2", "네", "그렇습니다.")]


class Foreseeing(ScriptedLine):
    """Notes for each turn what was foreseen just before the conversation heard of it."""

    conversation = None

    def __post_init__(self):
        super().__post_init__()
        self.foreseen = []

    async def listen(self, asked, silence_ms):
        heard = await super().listen(asked, silence_ms)
        if isinstance(heard, Heard):
            before = len(self.events)
            self.foreseen.append(self.conversation.consider(heard.spoken))
            assert len(self.events) == before
            assert self.conversation.consider(heard.spoken) == self.foreseen[-1], "nothing is changed by looking"
        return heard


@pytest.fixture
def call(tmp_path, monkeypatch):
    line = Foreseeing([])

    class Watched(calls.Conversation):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, **more)
            line.conversation = self

    monkeypatch.setattr(calls, "Conversation", Watched)

    def call(*turns):
        line._rest = iter(turns)
        return calls.call(tmp_path, FLOWS, faq=FAQ, line=line)

    return call


def said(call, turn):
    return [said.text for said in call.line.said if said.turn == turn]


@pytest.mark.parametrize(
    ("wish", "foreseen"),
    [
        ("찻잎 보내 주세요", ["찻잎이군요.", "오늘 갑니다."]),
        ("예약하고 싶어요", ["회원번호 네 자리요?"]),
        ("상담사 연결해 주세요", ["점장님께 연결해 드릴게요."]),
        ("몇 시에 여나요", ["아홉 시에 열어요."]),
        ("어디까지 왔는지 봐 주세요", []),  # the service is asked first
        ("우주 망원경이요", []),
    ],
)
def test_what_is_said_first_is_foreseen(call, wish, foreseen):
    heard = call(wish)
    assert heard.line.foreseen == [foreseen]
    assert said(heard, 1)[: len(foreseen)] == foreseen


def test_what_is_told_in_the_wish_is_not_foreseen_as_asked(call):
    heard = call("예약하고 싶어요", "1234", "그만할래요", "내일 예약하고 싶어요")
    assert heard.line.foreseen[-1] == said(heard, 4)[:2] == ["1234번 고객님.", "몇 분이세요?"]


def test_wordings_take_turns(call):
    heard = call("찻잎 보내 주세요", "찻잎 보내 주세요")
    assert [texts[0] for texts in heard.line.foreseen] == ["찻잎이군요.", "차를 드릴게요."]
    assert [said(heard, turn)[0] for turn in (1, 2)] == ["찻잎이군요.", "차를 드릴게요."]


def test_an_answer_to_what_was_asked_is_no_wish(call):
    """네 is an entry too, and 1234 is what was asked for: the voice has better things to do."""
    heard = call("예약하고 싶어요", "1234", "내일이요")
    assert heard.line.foreseen[1:] == [[], []]


def test_a_question_in_the_middle_of_a_form_is(call):
    heard = call("예약하고 싶어요", "몇 시에 여나요")
    assert heard.line.foreseen[1] == ["아홉 시에 열어요."]
    assert said(heard, 2)[0].startswith("아홉 시에 열어요.")


def test_nothing_is_where_it_has_to_be_asked_which_flow_is_meant(call):
    heard = call("찻잎 보내")
    assert heard.heard() == "배달 말씀이세요, 아니면 배차 말씀이세요?"
    assert heard.line.foreseen == [[]]


def test_a_text_that_cannot_be_filled_yet_is_not(call):
    assert call("값 알려 주세요").line.foreseen == [[]]
