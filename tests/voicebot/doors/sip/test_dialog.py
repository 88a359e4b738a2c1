"""Dialogs: numbers, routes and targets of both sides (RFC 3261 12)."""

import pytest

from voicebot.doors.sip.dialog import Dialog
from voicebot.doors.sip.grammar import read_uri
from voicebot.doors.sip.message import Request, Response, response_to


def invite(*routes: str, number: int = 5, contact: str = "<sip:a@192.0.2.1:5070;ob>") -> Request:
    request = Request("INVITE", read_uri("sip:bot@example.com"))
    for name, value in (
        ("From", '"A" <sip:a@example.com>;tag=far;x=y'),
        ("To", "<sip:bot@example.com>"),
        ("Call-ID", "id"),
        ("CSeq", f"{number} INVITE"),
        ("Contact", contact),
    ):
        request.headers.set(name, value)
    request.headers.setlist("Record-Route", list(routes))
    return request


def answer(*routes: str) -> Response:
    response = response_to(invite(), 200, to_tag="near", headers=[("Contact", "<sip:b@192.0.2.2>")])
    response.headers.setlist("Record-Route", list(routes))
    return response


def test_the_called_side_keeps_the_order_of_the_routes():
    dialog = Dialog.invited(invite("<sip:p1;lr>, <sip:p2;lr>", "<sip:p3;lr>"), "near")
    bye = dialog.request("BYE")
    assert [str(route) for route in bye.route] == ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]
    assert str(bye.uri) == "sip:a@192.0.2.1:5070;ob"
    assert str(dialog.next_hop) == "sip:p1;lr"
    assert bye.headers["From"] == "<sip:bot@example.com>;tag=near"
    assert bye.headers["To"] == '"A" <sip:a@example.com>;tag=far;x=y'
    assert (dialog.call_id, dialog.local_tag, dialog.remote_tag) == ("id", "near", "far")


def test_the_calling_side_turns_it_round():
    dialog = Dialog.placed(answer("<sip:p1;lr>, <sip:p2;lr>", "<sip:p3;lr>"), read_uri("sip:bot@example.com"))
    assert [str(route) for route in dialog.request("BYE").route] == ["<sip:p3;lr>", "<sip:p2;lr>", "<sip:p1;lr>"]
    assert (dialog.local_tag, dialog.remote_tag) == ("far", "near")


def test_a_strict_router_stands_in_the_request_line():
    dialog = Dialog.invited(invite("<sip:p1>", "<sip:p2;lr>"), "near")
    bye = dialog.request("BYE")
    assert str(bye.uri) == "sip:p1"
    assert [str(route) for route in bye.route] == ["<sip:p2;lr>", "<sip:a@192.0.2.1:5070;ob>"]


def test_numbers_rise_and_those_of_the_far_side_may_not_fall():
    dialog = Dialog.placed(answer(), read_uri("sip:x@y.z"))
    assert [dialog.request("INFO").cseq.sequence for _ in range(3)] == [6, 7, 8]
    assert dialog.acknowledgement(5).cseq.sequence == 5
    assert dialog.is_in_order(invite(number=1))  # their first
    dialog = Dialog.invited(invite(), "near")
    assert dialog.request("BYE").cseq.sequence == 1
    assert dialog.is_in_order(invite(number=9))
    assert not dialog.is_in_order(invite(number=8))
    assert dialog.is_in_order(invite(number=9))


def test_a_new_contact_is_the_new_target_unless_it_is_none():
    dialog = Dialog.invited(invite(), "near")
    dialog.refresh(invite(contact="<sip:moved@192.0.2.9>"))
    dialog.refresh(invite(contact="<mailto:a@b.c>"))
    assert str(dialog.target) == "sip:moved@192.0.2.9"


def test_without_a_contact_it_is_with_whom_is_known():
    request = invite()
    request.headers.remove("Contact")
    assert str(Dialog.invited(request, "near").target) == "sip:a@example.com"
    response = answer()
    response.headers.remove("Contact")
    assert str(Dialog.placed(response, read_uri("sip:x@y.z")).target) == "sip:x@y.z"


@pytest.mark.parametrize("contact", ["<tel:+821012345678>", "<sip:a@b.c>, <sip:d@e.f>"])
def test_no_dialog_with_nowhere(contact):
    with pytest.raises(ValueError):
        Dialog.invited(invite(contact=contact), "near")


def test_a_route_set_is_bounded():
    with pytest.raises(ValueError):
        Dialog.invited(invite(*["<sip:p;lr>"] * 33), "near")
