"""What the supervisor's wall shows."""

from assist.desk import AgentNow, QueueNow, WaitingNow
from tests.assist.desk.shift import Shift, person


def test_everything_at_one_glance():
    shift = Shift(person("kim", "배송"), person("lee", "배송", "일반", is_supervisor=True))
    shift.calls("a", "배송")
    shift.pass_s(5)
    shift.accepts("kim", "a")
    shift.calls("b", "배송", priority=1)
    shift.refuses("lee", "b")
    shift.calls("c", "배송", is_chat=True)
    shift.calls("d", "일반", to="lee")
    shift.pass_s(3)
    shift.do(shift.desk.pause("b", shift.now_s))
    now = shift.desk.snapshot(shift.now_s)
    assert now.agents == (
        AgentNow("kim", "kim 상담사", frozenset(["배송"]), False, "talking", 3.0, True, ("a",), "", "", ""),
        AgentNow("lee", "lee 상담사", frozenset(["배송", "일반"]), True, "ready", 9.0, True, (), "c", "", ""),
    )
    b, c, d = now.waiting
    assert b == WaitingNow("b", "배송", False, 1, 3.0, 1, b.wait_s, "", True)
    assert (c.position, c.offered_to, c.is_chat) == (1, "lee", True)
    assert (d.position, d.wait_s, d.offered_to) == (0, 0, "")
    [deliveries, general] = now.queues
    assert (deliveries.skill, deliveries.waiting, deliveries.chats, deliveries.longest_wait_s) == ("배송", 2, 1, 3.0)
    assert (deliveries.answered, deliveries.service_level, deliveries.ready, deliveries.at_work) == (1, 1.0, 1, 2)
    assert general == QueueNow("일반", 0, 0, 0.0, 0, 240.0, None, 0, 0, 1, 1)


def test_a_note_that_is_written_and_a_panel_that_is_gone_are_shown():
    shift = Shift(person("kim"))
    shift.talks("kim", "a")
    shift.done("kim", "a")
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    [kim] = shift.desk.snapshot(shift.now_s).agents
    assert (kim.state, kim.wraps, kim.is_connected, kim.calls) == ("wrapping", "a", False, ())


def test_a_skill_that_nobody_has_any_more_is_shown_while_somebody_waits_for_it():
    shift = Shift(person("kim"))
    shift.talks("kim", "x")
    shift.calls("a")
    shift.do(shift.desk.pause("a", shift.now_s))
    shift.do(shift.desk.people_known([person("kim", "배송")], shift.now_s))
    assert [queue.skill for queue in shift.desk.snapshot(shift.now_s).queues] == ["배송", "일반"]
