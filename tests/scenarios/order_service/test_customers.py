"""Who calls, and what they have saved up."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Refused = Callable[[httpx.Response, int, str], dict[str, Any]]

KIM = {"name": "김영희", "phone_last4": "5678", "birth_date": "850412"}


@pytest.mark.parametrize("written", ["01012345678", "010-1234-5678", "010 1234 5678"])
def test_a_telephone_number_finds_its_customer(service: httpx.Client, written: str) -> None:
    customer = service.get("/customers", params={"phone": written}).json()
    assert (customer["id"], customer["name"], customer["phone"]) == ("C1001", "김영희", "010-1234-5678")


def test_a_number_that_nobody_has_is_an_answer(service: httpx.Client, refused: Refused) -> None:
    refused(service.get("/customers", params={"phone": "01019999999"}), 404, "customer_not_found")
    refused(service.get("/customers", params={"phone": "모름"}), 422, "invalid_request")
    refused(service.get("/customers"), 422, "invalid_request")


def test_a_customers_orders_come_newest_first(service: httpx.Client, refused: Refused) -> None:
    told = service.get("/customers/C1001/orders", params={"limit": 3}).json()
    days = [order["ordered_on"] for order in told["orders"]]
    assert told["count"] == 5 and len(days) == 3 and days == sorted(days, reverse=True)
    assert service.get("/customers/C1013/orders").json() == {"customer_id": "C1013", "count": 0, "orders": []}
    refused(service.get("/customers/C9999/orders"), 404, "customer_not_found")


def test_points_and_what_is_about_to_expire(service: httpx.Client, refused: Refused) -> None:
    points = service.get("/customers/C1001/points").json()
    assert (points["points_won"], points["expiring_won"], points["grade"]) == (12500, 3000, "으뜸")
    refused(service.get("/customers/C9999/points"), 404, "customer_not_found")


def test_namesakes_are_told_apart(service: httpx.Client) -> None:
    assert service.post("/verify", json=KIM).json() == {"customer_id": "C1001", "name": "김영희"}
    other = {"name": "김영희", "phone_last4": "4321", "birth_date": "910808"}
    assert service.post("/verify", json=other).json()["customer_id"] == "C1014"


@pytest.mark.parametrize("wrong", [{"name": "김영미"}, {"phone_last4": "5679"}, {"birth_date": "910808"}])
def test_all_three_must_agree_and_which_did_not_is_not_told(
    service: httpx.Client, refused: Refused, wrong: dict[str, str]
) -> None:
    error = refused(service.post("/verify", json=KIM | wrong), 403, "not_verified")
    assert set(error) == {"code", "message"}
