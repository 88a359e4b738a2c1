"""What people at the desk are doing, and chats beside each other."""

from assist.desk import ChatLost, NobodyThere, NobodyTook, StateChanged
from tests.assist.desk.shift import Shift, only, person

KIM, LEE, PARK = person("kim"), person("lee"), person("park")


def test_behind_a_call_is_time_to_write_until_it_is_over_or_done():
    shift = Shift(KIM)
    shift.talks("kim", "a")
    shift.done("kim", "a")
    assert shift.state("kim") == "wrapping"
    shift.pass_s(59)
    assert shift.state("kim") == "wrapping"
    shift.pass_s(1)
    assert shift.state("kim") == "ready"
    shift.talks("kim", "b")
    shift.done("kim", "b")
    shift.ready("kim")
    assert shift.state("kim") == "ready"


def test_who_wants_to_be_away_is_so_behind_the_call():
    shift = Shift(KIM)
    shift.talks("kim", "a")
    shift.away("kim")
    assert shift.state("kim") == "talking"
    shift.done("kim", "a")
    assert shift.state("kim") == "wrapping"
    shift.pass_s(60)
    assert shift.state("kim") == "away"


def test_who_writes_and_does_not_come_back_is_away():
    shift = Shift(KIM)
    shift.talks("kim", "a")
    shift.done("kim", "a")
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    shift.pass_s(30)
    assert shift.state("kim") == "away"


def test_being_ready_once_more_costs_no_place_among_the_idle():
    shift = Shift(KIM, LEE)
    shift.ready("kim")
    shift.calls("a")
    assert shift.rings_at("a") == "kim"


def test_who_has_left_the_company_finishes_the_call_and_is_gone():
    shift = Shift(KIM, LEE)
    shift.talks("kim", "a")
    shift.do(shift.desk.people_known([LEE], shift.now_s))
    assert shift.state("kim") == "talking"
    shift.done("kim", "a")
    assert [one.name for one in shift.desk.snapshot(shift.now_s).agents] == ["lee"]
    shift.ready("kim")
    shift.calls("b")
    assert shift.rings_at("b") == "lee"


def test_people_come_back_after_a_restart_as_they_were():
    shift = Shift()
    shift.do(shift.desk.people_known([KIM, LEE, PARK], 0))
    told = shift.do(shift.desk.restore({"kim": "ready", "lee": "talking", "park": "away", "gone": "ready"}, 0))
    assert only(StateChanged, told) == [StateChanged("lee", "wrapping")]
    assert shift.calls("a") != [NobodyThere("a", "signed_out")]
    shift.pass_s(5)
    shift.do(shift.desk.connected("kim", True, shift.now_s))
    assert shift.rings_at("a") == "kim"
    shift.pass_s(60)
    assert (shift.state("lee"), shift.state("park")) == ("away", "away")


def test_who_talked_before_a_restart_writes_and_is_ready_again():
    shift = Shift()
    shift.do(shift.desk.people_known([KIM], 0))
    shift.do(shift.desk.restore({"kim": "talking"}, 0))
    shift.do(shift.desk.connected("kim", True, 0))
    shift.pass_s(60)
    assert shift.state("kim") == "ready"


def test_several_chats_at_once_and_no_call_beside_them():
    shift = Shift(person("kim", chats=2))
    shift.chats("kim", "a", "b")
    assert shift.state("kim") == "talking"
    shift.calls("c", is_chat=True)
    shift.calls("voice")
    assert (shift.rings_at("c"), shift.rings_at("voice")) == ("", "")
    shift.done("kim", "a")
    assert (shift.state("kim"), shift.rings_at("c")) == ("talking", "kim")


def test_who_talks_gets_no_chat():
    shift = Shift(KIM)
    shift.talks("kim", "voice")
    shift.calls("a", is_chat=True)
    assert shift.rings_at("a") == ""


def test_a_chat_goes_to_who_has_the_fewest():
    shift = Shift(KIM, LEE)
    shift.chats("kim", "a")
    shift.calls("b", is_chat=True)
    assert shift.rings_at("b") == "lee"


def test_a_chat_goes_to_who_has_the_fewest_even_if_the_newest_is_theirs():
    shift = Shift(KIM, LEE)
    shift.away("lee")
    shift.chats("kim", "a", "b")
    shift.now_s += 60
    shift.ready("lee")
    shift.chats("lee", "c")
    shift.calls("d", is_chat=True)
    assert shift.rings_at("d") == "lee"


def test_behind_the_last_chat_they_write():
    shift = Shift(KIM)
    shift.chats("kim", "a", "b")
    shift.done("kim", "b")
    assert shift.state("kim") == "talking"
    shift.done("kim", "a")
    assert shift.state("kim") == "wrapping"


def test_who_wants_to_be_away_gets_no_further_chat():
    shift = Shift(KIM)
    shift.chats("kim", "a")
    shift.away("kim")
    shift.calls("b", is_chat=True)
    assert shift.rings_at("b") == ""


def test_a_chat_needs_an_open_panel():
    shift = Shift(person("kim", phone="sip:kim@example.kr"))
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    shift.calls("a", is_chat=True)
    assert shift.rings_at("a") == ""
    shift.calls("b")
    assert shift.rings_at("b") == "kim"


def test_a_chat_with_a_desk_where_nobody_chats():
    shift = Shift(person("kim", chats=0))
    assert shift.calls("a", is_chat=True) == [NobodyThere("a", "signed_out")]


def test_a_chat_that_its_agent_lost_is_told_and_a_call_has_legs_for_that():
    shift = Shift(KIM, LEE)
    for call_id in ("a", "b"):
        shift.talks("kim", call_id, is_chat=True)
    shift.talks("lee", "voice")
    for name in ("kim", "lee"):
        shift.do(shift.desk.connected(name, False, shift.now_s))
    assert only(ChatLost, shift.pass_s(29)) == []
    assert only(ChatLost, shift.pass_s(1)) == [ChatLost("kim", "a"), ChatLost("kim", "b")]
    assert (shift.state("kim"), shift.state("lee")) == ("away", "talking")
    shift.done("lee", "voice")
    assert shift.state("lee") == "away"


def test_who_has_but_a_telephone_is_nobody_to_chat_with():
    shift = Shift(person("kim", phone="sip:kim@example.kr"))
    shift.do(shift.desk.connected("kim", False, shift.now_s))
    shift.calls("a", is_chat=True)
    assert only(NobodyThere, shift.pass_s(30)) == [NobodyThere("a", "signed_out")]


def test_a_chat_is_not_offered_to_who_is_in_it():
    shift = Shift(KIM, LEE)
    for name, call_id in (("kim", "a"), ("lee", "b"), ("lee", "c")):
        shift.talks(name, call_id, is_chat=True)
    shift.calls("a", is_chat=True)
    assert shift.rings_at("a") == "lee"
    assert NobodyTook("a", "kim", "busy") in shift.calls("a", is_chat=True, to="kim")
    shift.calls("a", is_chat=True)
    assert not shift.accepts("kim", "a")
