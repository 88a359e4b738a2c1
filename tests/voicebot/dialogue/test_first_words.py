"""The first texts of a flow, step by step."""

import asyncio
from datetime import datetime

import pytest

from tests.fakes.mind import open_fake_mind
from tests.voicebot.dialogue import calls
from voicebot.dialogue.first_words import first_words
from voicebot.dialogue.heard import Heard

NOW = datetime(2026, 11, 23, 14)
KNOWN = {"발신번호": "01012345678", "회사": "새벽찻집"}
SLOTS = """slots:
  잎: {type: choice, options: {녹차: [], 홍차: []}, ask: [녹차요 홍차요?, 어느 차요?]}
  전화: {type: phone, ask: 번호요?, from_call: caller_number}
  말: {type: text, ask: 뭐라고요?}
"""


@pytest.fixture
def of(tmp_path):
    """The first words of a flow with these steps, entered with these words."""

    def of(*steps, heard="주문할게요", known=KNOWN, further=""):
        listed = "\n".join(f"  - {step}" for step in steps)
        flow = f"flow: 주문\nabout: 주문\nexamples: [주문할게요]\n{SLOTS}steps:\n{listed}\n"
        folder = tmp_path / "flows"
        folder.mkdir(exist_ok=True)
        (tmp_path / "scenario.yaml").write_text(calls.SCENARIO, encoding="utf-8")
        for number, text in enumerate([*calls.OPENING.split("---\n"), flow, *filter(None, further.split("---\n"))]):
            (folder / f"{number}.yaml").write_text(text, encoding="utf-8")

        async def words():
            mind = await open_fake_mind(tmp_path)
            await mind.services.close()
            return first_words(mind, mind.flows["주문"], Heard.of(heard), known, NOW)

        return asyncio.run(words())

    return of


@pytest.mark.parametrize(
    ("steps", "texts"),
    [
        (["say: 하나.", "say: 둘.", "say: 셋."], [["하나."], ["둘."]]),
        (["say: [하나., 하나요.]", "hang_up: 끝."], [["하나.", "하나요."], ["끝."]]),
        (["ask: 잎", "say: 뒤."], [["녹차요 홍차요?", "어느 차요?"]]),
        (["ask: [전화, 잎]"], [["녹차요 홍차요?", "어느 차요?"]]),  # the number is known from the call
        (["{say: 아니., when: not 회사}", "say: 네."], [["네."]]),
        (["branch: [{when: not 회사, steps: [{say: 가.}]}, {steps: [{say: 나.}]}]", "say: 뒤."], [["나."], ["뒤."]]),
        (["consent: 들음", "recording: pause", "say: 네."], [["네."]]),
        (["{handoff: 일반, say: 이어 드릴게요.}"], [["이어 드릴게요."]]),
        (["{say: 하나., go: end}", "say: 둘."], [["하나."]]),
        (["{say: 하나., forget: 잎}", "ask: 잎"], [["하나."]]),
        (["{call: 예약, path: /}", "say: 뒤."], []),
        (["set: {잎: 녹차}", "say: 뒤."], []),
        (["{say: '{없음}.', when: 없음 > 3}"], []),  # the walk will say so
    ],
)
def test_up_to_where_the_flow_waits(of, steps, texts):
    assert of(*steps) == texts


def test_what_was_told_is_not_asked(of):
    assert of("ask: 잎", "say: 네.", heard="홍차 주문할게요") == [["네."]]
    assert of("ask: 말", heard="홍차 주문할게요") == [["뭐라고요?"]], "anything could be one"
    assert of("ask: 잎", "say: 네.", known=KNOWN | {"잎": "녹차"}) == [["네."]]


def test_linked_flows_say_theirs_first(of):
    inner = "flow: 안\nabout: 안\nsteps: [{say: 안에서.}]\n"
    assert of("link: 안", "say: 밖에서.", further=inner) == [["안에서."], ["밖에서."]]
    asking = f"flow: 안\nabout: 안\n{SLOTS}steps: [{{ask: 잎}}]\n"
    assert of("link: 안", "say: 밖에서.", further=asking) == [["녹차요 홍차요?", "어느 차요?"]]


def test_flows_that_link_in_a_circle_come_to_an_end(of):
    assert of("link: 안", further="flow: 안\nabout: 안\nsteps: [{link: 주문}]\n") == []
