"""What callers leave behind."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from scenarios.nuri.order_service import policy

Refused = Callable[[httpx.Response, int, str], dict[str, Any]]

FIRST, SECOND, THIRD = policy.visit_days(policy.now().date())[:3]


def visit(day: object, time: str) -> dict[str, str]:
    return {"product": "무선 청소기", "date": str(day), "time": time, "phone": "010-1234-5678", "symptom": "소음"}


def test_a_visit_takes_a_place_until_the_hour_is_full(service: httpx.Client, refused: Refused) -> None:
    booked = service.post("/service_visits", json=visit(THIRD, "13:00"))
    assert booked.status_code == 201 and booked.json()["time"] == "13:00"
    assert booked.json()["id"].startswith("V")
    service.post("/service_visits", json=visit(THIRD, "13:00"))
    error = refused(service.post("/service_visits", json=visit(THIRD, "13:00")), 409, "slot_full")
    assert error["free"] == ["10:00", "15:00", "17:00"]
    free = service.get("/service_visits/free", params={"date": str(THIRD)}).json()
    assert free == {"date": str(THIRD), "free": error["free"]}


def test_the_sample_has_a_full_hour_and_a_nearly_full_day(service: httpx.Client, refused: Refused) -> None:
    error = refused(service.post("/service_visits", json=visit(FIRST, "10:00")), 409, "slot_full")
    assert error["free"] == ["13:00", "15:00", "17:00"]
    assert refused(service.post("/service_visits", json=visit(SECOND, "10:00")), 409, "slot_full")["free"] == ["17:00"]


@pytest.mark.parametrize("time", ["14:00", "10:00:30"])
def test_an_hour_that_is_not_offered(service: httpx.Client, refused: Refused, time: str) -> None:
    assert refused(service.post("/service_visits", json=visit(THIRD, time)), 409, "no_such_slot")["free"]


def test_nobody_comes_today_on_a_sunday_or_next_year(service: httpx.Client, refused: Refused) -> None:
    today = policy.now().date()
    sunday = today + timedelta(days=7 - today.isoweekday() or 7)
    for day in (today, sunday, today + timedelta(days=365)):
        error = refused(service.post("/service_visits", json=visit(day, "10:00")), 409, "date_not_available")
        assert error["free_dates"] == [str(FIRST), str(SECOND), str(THIRD)]


def test_a_complaint_is_kept_under_a_number(service: httpx.Client, refused: Refused) -> None:
    answer = service.post("/complaints", json={"text": "기사님이 불친절했어요", "order_number": "20261122"})
    assert answer.status_code == 201 and answer.json()["id"] == "K0001"
    refused(service.post("/complaints", json={"text": "   "}), 422, "invalid_request")


def test_a_callback_is_booked_while_agents_are_there(service: httpx.Client, refused: Refused) -> None:
    wish = {"phone": "01012345678", "date": str(FIRST), "time": "14:30", "topic": "환불"}
    booked = service.post("/callbacks", json=wish).json()
    at = datetime.fromisoformat(booked["at"])
    assert at == datetime.combine(FIRST, at.time(), policy.SEOUL) and (at.hour, at.minute) == (14, 30)
    refused(service.post("/callbacks", json=wish | {"time": "18:00"}), 409, "outside_hours")
    refused(service.post("/callbacks", json=wish | {"date": "2020-01-01"}), 409, "in_the_past")


def test_messages_are_recorded_in_order(service: httpx.Client, refused: Refused) -> None:
    sent = service.post("/messages", json={"to": "010-1234-5678", "text": "송장 번호는 412203948571입니다."})
    service.post("/messages", json={"to": "01011112222", "text": "두 번째"})
    told = service.get("/messages").json()
    assert told["count"] == 2 and told["messages"][0] == sent.json()
    assert datetime.fromisoformat(sent.json()["sent_at"]).utcoffset() == timedelta(hours=9)
    assert [message["text"] for message in service.get("/messages?to=010-1111-2222").json()["messages"]] == ["두 번째"]
    refused(service.post("/messages", json={"to": "112", "text": "x"}), 422, "invalid_request")


def test_a_happy_call_is_prepared_and_answered(service: httpx.Client, refused: Refused) -> None:
    call = service.get("/happy_calls/H0001").json()
    assert (call["customer_name"], call["product"], call["satisfaction"]) == ("김영희", "무선 청소기", None)
    told = service.put("/happy_calls/H0001", json={"satisfaction": 5, "comment": "조용해요"}).json()
    assert (told["satisfaction"], told["comment"]) == (5, "조용해요") and told["called_at"]
    assert service.get("/happy_calls/H0001").json() == told
    refused(service.put("/happy_calls/H0001", json={"satisfaction": 6}), 422, "invalid_request")
    refused(service.put("/happy_calls/H9999", json={"satisfaction": 3}), 404, "happy_call_not_found")
