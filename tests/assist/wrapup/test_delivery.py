"""One sending, to receivers of all kinds."""

import asyncio
from datetime import UTC, datetime

import pytest

from assist.wrapup.delivery import Outcome, open_client, send
from tests.assist.wrapup.crm import KEY, Crm
from voicebot.store.deliveries import DeliveryRow

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
LONG_S = 60.0


def delivery(url: str) -> DeliveryRow:
    body = '{"delivery":"019ab3c4","note":{"version":1,"summary":{"issue":"환불"}}}'
    return DeliveryRow("019ab3c4", "call", 1, url, body, NOW, "waiting", 1, 0, NOW, NOW, None, None, None)


def sent(crm: Crm, timeout_s: float = LONG_S, url: str | None = None) -> Outcome:
    async def run() -> Outcome:
        async with crm, open_client() as client:
            return await send(client, delivery(url or crm.url), KEY, NOW.timestamp(), timeout_s)

    return asyncio.run(run())


def test_a_note_arrives_signed_with_its_id() -> None:
    crm = Crm(now_s=NOW.timestamp())
    assert sent(crm) == Outcome("done")
    assert crm.notes["019ab3c4"]["note"]["summary"]["issue"] == "환불"
    [request] = crm.requests
    assert request["line"] == "POST /notes?of=aicc HTTP/1.1"
    assert request["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_done(status: int) -> None:
    assert sent(Crm(always=status)).kind == "done"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 499])
def test_4xx_is_refused(status: int) -> None:
    assert sent(Crm(always=status)) == Outcome("refused", f"refused with {status}")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_is_for_now_has_failed(status: int) -> None:
    assert sent(Crm(always=status)) == Outcome("failed", f"answered {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(status: int) -> None:
    crm = Crm(always=status)
    crm.headers["Location"] = "/notes"
    assert sent(crm) == Outcome("failed", f"answered {status}, which is not followed")
    assert len(crm.requests) == 1


@pytest.mark.parametrize(("said", "after_s"), [("120", 120.0), ("soon", 0.0), ("-1", 0.0), ("9" * 40, 0.0)])
def test_when_the_receiver_wants_to_be_asked_again(said: str, after_s: float) -> None:
    assert sent(Crm(always=503, headers={"Retry-After": said})) == Outcome("failed", "answered 503", after_s)


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_a_receiver_has_one_limit_for_all_of_its_answer(how: str) -> None:
    assert sent(Crm(always=how), timeout_s=0.1) == Outcome("failed", "no answer within 0.1 s")


def test_a_connection_that_dies_before_the_answer_says_nothing_of_the_note() -> None:
    crm = Crm(always="dies")
    outcome = sent(crm)
    assert outcome.kind == "failed" and outcome.error.startswith("the connection broke before the answer")
    assert len(crm.notes) == 1


def test_nobody_there() -> None:
    async def run() -> Outcome:
        crm = Crm()
        await crm.up()
        await crm.down()
        async with open_client() as client:
            return await send(client, delivery(crm.url), KEY, NOW.timestamp(), LONG_S)

    outcome = asyncio.run(run())
    assert outcome.kind == "failed" and outcome.error.startswith("no connection: ")


@pytest.mark.parametrize("url", ["http://", "ftp://crm.example/", "crm", "http://[::1/", "http://crm.example:99999/"])
def test_an_address_that_is_none_is_no_traceback(url: str) -> None:
    assert sent(Crm(), url=url).kind in ("refused", "failed")


def test_the_environment_brings_no_proxy_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert sent(Crm()).kind == "done"
