"""Orders over HTTP, as a flow calls them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from scenarios.nuri.order_service import policy

Refused = Callable[[httpx.Response, int, str], dict[str, Any]]


def test_an_order_on_its_way_tells_where_it_goes_and_when_it_comes(service: httpx.Client) -> None:
    order = service.get("/orders/20261122").json()
    assert (order["status"], order["product"], order["amount_won"]) == ("배송중", "구스다운 이불 세트", 189000)
    assert (order["carrier"], order["phone_last4"], order["payment"]) == ("누리택배", "5678", "신용카드")
    assert date.fromisoformat(order["ordered_on"]) == policy.now().date() - timedelta(days=2)
    assert date.fromisoformat(order["arrives_on"]) > policy.now().date()
    assert not order["cancellable"] and not order["returnable"] and not order["address_changeable"]


def test_numbers_have_8_or_12_digits(service: httpx.Client, refused: Refused) -> None:
    assert service.get("/orders/202611220001").json()["status"] == "배송완료"
    assert refused(service.get("/orders/2026112"), 422, "invalid_request")["fields"] == ["number"]
    refused(service.get("/orders/202611220"), 422, "invalid_request")


def test_an_order_that_does_not_exist_is_an_answer(service: httpx.Client, refused: Refused) -> None:
    error = refused(service.get("/orders/20263016"), 404, "order_not_found")
    assert error["message"] == "입력하신 번호의 주문을 찾을 수 없습니다."


def test_a_cancelled_order_is_paid_back(service: httpx.Client, refused: Refused) -> None:
    refused(service.get("/orders/20263015/refund"), 404, "no_refund")
    cancelled = service.post("/orders/20263015/cancel").json()
    assert cancelled["status"] == "취소완료"
    assert service.get("/orders/20263015").json()["status"] == "취소완료"
    refund = service.get("/orders/20263015/refund").json()
    assert refund == cancelled["refund"]
    assert (refund["state"], refund["amount_won"], refund["method"]) == ("환불진행중", 99000, "신용카드")
    assert refund["expected_on"] == policy.working_days_after(policy.now().date(), 5).isoformat()
    refused(service.post("/orders/20263015/cancel"), 409, "already_cancelled")


def test_an_unpaid_order_has_nothing_to_pay_back(service: httpx.Client) -> None:
    assert service.post("/orders/20264001/cancel").json()["refund"] is None


@pytest.mark.parametrize(
    ("number", "code"),
    [("20261122", "already_shipped"), ("20261130", "already_delivered"), ("20265006", "already_returned")],
)
def test_what_has_gone_out_is_not_cancelled(service: httpx.Client, refused: Refused, number: str, code: str) -> None:
    before = service.get(f"/orders/{number}").json()
    error = refused(service.post(f"/orders/{number}/cancel"), 409, code)
    assert error["order_status"] == before["status"]
    assert service.get(f"/orders/{number}").json() == before


def test_a_return_for_a_change_of_mind_costs_both_ways(service: httpx.Client, refused: Refused) -> None:
    answer = service.post("/orders/20261130/returns", json={"kind": "반품", "reason": "단순변심"})
    assert answer.status_code == 201
    booked = answer.json()
    assert (booked["status"], booked["fee_won"]) == ("반품접수", 6000)
    assert date.fromisoformat(booked["pickup_on"]) > policy.now().date()
    refund = service.get("/orders/20261130/refund").json()
    assert (refund["state"], refund["amount_won"], refund["expected_on"]) == ("회수대기", 123000, None)
    refused(service.post("/orders/20261130/returns", json={"kind": "교환"}), 409, "already_returned")


def test_an_exchange_of_faulty_goods_is_free_and_pays_nothing_back(service: httpx.Client, refused: Refused) -> None:
    booked = service.post("/orders/20261130/returns", json={"kind": "교환", "reason": "상품불량"}).json()
    assert (booked["status"], booked["fee_won"]) == ("교환접수", 0)
    refused(service.get("/orders/20261130/refund"), 404, "no_refund")


def test_the_last_day_of_the_deadline_is_still_in_time(service: httpx.Client, refused: Refused) -> None:
    today = policy.now().date()
    assert service.get("/orders/20266011").json()["return_until"] == today.isoformat()
    assert service.post("/orders/20266011/returns", json={"kind": "반품"}).status_code == 201
    late = refused(service.post("/orders/202611150007/returns", json={"kind": "반품"}), 409, "deadline_passed")
    assert late["deadline"] == (today - timedelta(days=1)).isoformat()


def test_what_was_bought_from_a_broadcast_may_come_back_for_30_days(service: httpx.Client, refused: Refused) -> None:
    assert service.get("/orders/20267001").json()["returnable"]
    assert service.post("/orders/20267001/returns", json={"kind": "반품"}).status_code == 201
    refused(service.post("/orders/20260815/returns", json={"kind": "반품"}), 409, "deadline_passed")


def test_faulty_goods_may_come_back_long_after(service: httpx.Client, refused: Refused) -> None:
    refused(service.post("/orders/20266010/returns", json={"kind": "반품"}), 409, "deadline_passed")
    answer = service.post("/orders/20266010/returns", json={"kind": "반품", "reason": "상품불량"})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("number", "code"),
    [("20261008", "not_returnable"), ("20261122", "not_delivered"), ("20263015", "not_shipped")],
)
def test_what_cannot_be_returned(service: httpx.Client, refused: Refused, number: str, code: str) -> None:
    refused(service.post(f"/orders/{number}/returns", json={"kind": "반품"}), 409, code)


def test_the_address_changes_until_the_goods_go_out(service: httpx.Client, refused: Refused) -> None:
    new = {"address": "세종특별자치시 한누리대로 2130, 302호", "postcode": "30151"}
    assert service.put("/orders/20263015/address", json=new).json()["address"] == new["address"]
    assert service.get("/orders/20263015").json()["postcode"] == "30151"
    refused(service.put("/orders/20261122/address", json=new), 409, "already_shipped")


def test_a_receipt_goes_to_the_customers_phone(service: httpx.Client) -> None:
    receipt = service.post("/orders/20269001/receipt", json={"kind": "현금영수증"}).json()
    assert (receipt["sent_to"], receipt["amount_won"]) == ("010-1928-3746", 89000)
    (message,) = service.get("/messages", params={"to": "01019283746"}).json()["messages"]
    assert "현금영수증" in message["text"] and "89,000원" in message["text"]


def test_the_tax_law_leaves_a_card_its_slip_only(service: httpx.Client, refused: Refused) -> None:
    wrong = service.post("/orders/20261122/receipt", json={"kind": "세금계산서"})
    assert refused(wrong, 409, "receipt_not_available")["available"] == ["카드전표"]
    refused(service.post("/orders/20264001/receipt", json={"kind": "현금영수증"}), 409, "not_paid")
    assert service.get("/messages").json()["count"] == 0


def test_a_body_that_does_not_fit_names_its_fields_and_repeats_none(service: httpx.Client, refused: Refused) -> None:
    answer = service.post("/orders/20261130/returns", json={"kind": "환생", "reason": "<b>", "extra": "9001011234567"})
    error = refused(answer, 422, "invalid_request")
    assert error["fields"] == ["extra", "kind", "reason"]
    assert "9001011234567" not in answer.text and "<b>" not in answer.text
    refused(service.put("/orders/20263015/address", content=b"{"), 422, "invalid_request")


def test_a_path_that_is_not_there_is_refused_in_the_same_form(service: httpx.Client, refused: Refused) -> None:
    refused(service.get("/order/20261122"), 404, "no_such_path")
    refused(service.delete("/orders/20261122"), 405, "method_not_allowed")


def test_a_reset_makes_it_another_day_until_the_next_one(service: httpx.Client) -> None:
    assert service.post("/reset", params={"now": "2031-03-03T14:00:00"}).status_code == 200
    assert service.get("/orders/20261122").json()["arrives_on"] == "2031-03-04"
    assert service.post("/orders/20263015/cancel").json()["refund"]["requested_on"] == "2031-03-03"
    service.post("/reset")
    assert not service.get("/orders/20261122").json()["arrives_on"].startswith("2031")
