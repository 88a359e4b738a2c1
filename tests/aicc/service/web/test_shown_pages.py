"""What an agent has sent to one caller's browser: which counts, and how long it is known."""

from __future__ import annotations

import pytest

from aicc.service.web.shown_pages import CONSENT, MOST_SHOWN, NotAsked, NotShown, ShownPages
from voicebot.events import ConsentGiven, Dtmf, Event, Logged, PageAnswered, PageShown

FORM = PageShown("kim", "form", "배송지", fields=("받는 분", "주소"))
PAGE = PageShown("kim", "page", "배송 조회", "https://example.com/")


def after(*events: Event) -> ShownPages:
    shown = ShownPages()
    for number, event in enumerate(events):
        shown.heard(Logged("a", number, 0, event))
    return shown


def test_values_come_in_the_order_of_the_fields() -> None:
    [answered] = after(Dtmf("1"), FORM).answered(1, {"주소": " 서울 ", "받는 분": "김누리"})
    assert isinstance(answered, PageAnswered)
    assert list(answered.values.items()) == [("받는 분", "김누리"), ("주소", "서울")]


def test_only_what_is_asked_may_be_answered_and_a_mistake_costs_nothing() -> None:
    shown = after(FORM)
    with pytest.raises(NotAsked):
        shown.answered(0, {"주소": "서울", "비밀번호": "1"})
    assert shown.answered(0, {"주소": "서울"}) == (PageAnswered({"주소": "서울"}),)


def test_a_page_does_not_take_a_forms_place() -> None:
    assert after(FORM, PAGE).answered(0, {}) == (PageAnswered({}),)


def test_an_older_form_does_not_count_when_the_newest_is_answered() -> None:
    shown = after(FORM, FORM)
    shown.answered(1, {})
    for number in (0, 1):
        with pytest.raises(NotShown):
            shown.answered(number, {})


def test_opened_once() -> None:
    shown = after(PAGE)
    assert shown.opened(0) == (ConsentGiven(CONSENT), PageAnswered({"opened": "배송 조회"}))
    assert shown.opened(0) == ()
    shown.unsaid(0)
    assert shown.opened(0)


def test_only_so_many_are_known() -> None:
    shown = after(*[PAGE] * (MOST_SHOWN + 1))
    with pytest.raises(NotShown):
        shown.opened(0)
    assert shown.opened(1) and shown.opened(MOST_SHOWN)
