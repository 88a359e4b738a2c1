from datetime import date

import pytest

from voicebot.dialogue.trial.matching import is_call, is_said, is_value
from voicebot.dialogue.trial.watched import Called

TODAY = date(2026, 11, 25)
SAID = ["지금 배송 중이에요.", "11월 26일에 도착하고 1,500원이에요."]


@pytest.mark.parametrize(
    "text",
    [
        "배송중",
        "배송 중이에요 11월",
        "{내일}에 도착",
        "1500원",
        "1,500",
        "/도착하고 [0-9,]+원/",
        "/{내일}/",
        "11월 26일",
    ],
)
def test_texts_that_were_said(text):
    assert is_said(text, SAID, TODAY)


@pytest.mark.parametrize("text", ["500원", "500", "6일", "1", "배송 완료", "/^도착/", "{오늘}"])
def test_texts_that_were_not(text):
    assert not is_said(text, SAID, TODAY)


@pytest.mark.parametrize(
    ("wanted", "as_json", "written", "is_it"),
    [
        ("20261122", "20261122", "20261122", True),
        ("010-1234-5678", "01012345678", "010-1234-5678", True),
        ("01012345678", "01012345678", "010-1234-5678", True),
        (35_000, 35_000, "35,000원", True),
        ("35,000원", 35_000, "35,000원", True),
        ("{내일}", "2026-11-26", "11월 26일", True),
        ("2026-11-26", "2026-11-26", "11월 26일", True),
        (True, True, "네", True),
        ("네", True, "네", True),
        (True, 1, "1", False),
        (False, True, "네", False),
        ("20261123", "20261122", "20261122", False),
        ({"from": "14:00", "to": "16:00"}, {"from": "14:00", "to": "16:00"}, "오후 2시에서 오후 4시 사이", True),
    ],
)
def test_values(wanted, as_json, written, is_it):
    assert is_value(wanted, as_json, written, TODAY) is is_it


CALL = Called(
    "주문", "POST", "/orders/1/%EC%B7%A8", {"day": "2026-11-26", "size": 2}, {"to": "010", "items": [{"id": 1}]}, 201
)


@pytest.mark.parametrize(
    ("line", "body", "is_it"),
    [
        ("POST /orders/1/취", {}, True),
        ("POST /orders/1/취 201", {}, True),
        ("POST /orders/1/취?day={내일}&size=2 201", {"to": "010"}, True),
        ("POST /orders/1/취", {"items": [{"id": 1}]}, True),
        ("PUT /orders/1/취", {}, False),
        ("POST /orders/1", {}, False),
        ("POST /orders/1/취 409", {}, False),
        ("POST /orders/1/취?day={오늘}", {}, False),
        ("POST /orders/1/취", {"to": "011"}, False),
        ("POST /orders/1/취", {"from": "010"}, False),
        ("POST /orders/1/취", {"items": []}, False),
    ],
)
def test_calls(line, body, is_it):
    assert is_call(line, body, CALL, TODAY) is is_it


def test_a_call_without_a_body():
    call = Called("주문", "GET", "/orders/1", {}, None, "timeout")
    assert is_call("GET /orders/1 timeout", {}, call, TODAY)
    assert not is_call("GET /orders/1", {"a": 1}, call, TODAY)
    assert str(call) == "GET /orders/1 timeout"
