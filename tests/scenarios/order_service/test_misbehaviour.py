"""Trouble on command, as a client meets it."""

import time

import httpx
import pytest


def test_slow_answers_late_and_right(service: httpx.Client) -> None:
    begun = time.monotonic()
    answer = service.get("/orders/20261122", headers={"X-Misbehave": "slow=300"})
    assert time.monotonic() - begun >= 0.3 and answer.json()["status"] == "배송중"
    with pytest.raises(httpx.ReadTimeout):
        service.get("/health?X-Misbehave=slow=5000", timeout=0.2)


def test_broken_html_and_huge(service: httpx.Client) -> None:
    assert service.get("/orders/20261122?X-Misbehave=500").status_code == 500
    html = service.get("/orders/20261122", headers={"X-Misbehave": "html"})
    assert html.status_code == 200 and html.headers["content-type"].startswith("text/html")
    assert len(service.get("/orders/20261122", headers={"X-Misbehave": "huge"}).content) > 10_000_000


def test_a_dropped_connection_ends_in_the_middle_of_the_body(service: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        service.get("/orders/20261122", headers={"X-Misbehave": "drop"})
    assert service.get("/health").json() == {"status": "ok"}


def test_a_caller_can_say_a_number_that_brings_trouble(service: httpx.Client) -> None:
    assert service.get("/orders/99999902").status_code == 500
    assert service.get("/orders/99999903").text.startswith("<!doctype html>")
    with pytest.raises(httpx.RemoteProtocolError):
        service.get("/orders/99999905")


def test_a_misbehaviour_that_nobody_knows_is_named(service: httpx.Client) -> None:
    answer = service.get("/health?X-Misbehave=sulk")
    assert answer.status_code == 422 and '"sulk"' in answer.json()["error"]["message"]


def test_an_order_lost_to_trouble_was_not_cancelled(service: httpx.Client) -> None:
    assert service.post("/orders/20263015/cancel?X-Misbehave=500").status_code == 500
    assert service.get("/orders/20263015").json()["status"] == "결제완료"
