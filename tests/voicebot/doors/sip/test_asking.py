"""A request outside of any dialog finds who answers it, or says why nobody does."""

import pytest

from tests.fakes.sip import PHONE, Stage
from voicebot.doors.sip.asking import Asker
from voicebot.doors.sip.grammar import read_uri
from voicebot.doors.sip.message import Request
from voicebot.doors.sip.registration import NoAnswer
from voicebot.doors.sip.transport import Hop

DEAD = Hop("tcp", "203.0.113.1", 5060)


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


def asking(stage, host):
    request = Request("REGISTER", read_uri(f"sip:{host}"))
    for name, value in (
        ("Max-Forwards", "70"),
        ("From", "<sip:700@pbx.example>;tag=1"),
        ("To", "<sip:700@pbx.example>"),
        ("Call-ID", "1"),
        ("CSeq", "1 REGISTER"),
    ):
        request.headers.add(name, value)
    ask = Asker(stage.agent.transactions, stage._find)
    task = stage.loop.create_task(ask(request))
    stage.settle()
    return task


def why(task):
    with pytest.raises(NoAnswer) as told:
        task.result()
    return str(told.value)


def test_the_final_answer_is_the_answer(stage):
    pbx = stage.side()
    asked = asking(stage, PHONE.host)
    register = pbx.request("REGISTER")
    pbx.answer(register, 100)
    stage.settle()
    assert not asked.done()
    pbx.answer(register, 403)
    stage.settle()
    assert asked.result().code == 403


def test_who_cannot_be_reached_is_passed_over(stage):
    stage.side(DEAD)
    pbx = stage.side()
    stage.hops["pbx.example"] = [DEAD, PHONE]
    asked = asking(stage, "pbx.example")
    stage.transports.fail(DEAD)
    stage.settle()
    register = pbx.request("REGISTER")
    assert len(register.via) == 1  # that of the first try is not among them
    pbx.answer(register, 200)
    stage.settle()
    assert asked.result().code == 200


def test_nobody_answers(stage):
    stage.side()
    asked = asking(stage, PHONE.host)
    stage.pass_s(33)
    assert why(asked) == f"{PHONE.host} does not answer"


def test_nobody_can_be_reached(stage):
    stage.side(DEAD)
    stage.hops["pbx.example"] = [DEAD]
    asked = asking(stage, "pbx.example")
    stage.transports.fail(DEAD)
    stage.settle()
    assert why(asked) == f"{DEAD.host} cannot be reached"


def test_a_name_of_which_no_dns_says_anything(stage):
    stage.hops["pbx.example"] = []
    asked = asking(stage, "pbx.example")
    stage.pass_s(4)
    assert why(asked) == "no answer about pbx.example"


def test_who_asks_may_lose_patience(stage):
    pbx = stage.side()
    asked = asking(stage, PHONE.host)
    asked.cancel()
    stage.settle()
    assert asked.cancelled()
    pbx.answer(pbx.request("REGISTER"), 200)  # too late: nobody minds
    stage.pass_s(40)
    assert stage.agent.transactions.count == 0
