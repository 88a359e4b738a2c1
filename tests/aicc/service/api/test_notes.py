import asyncio
import dataclasses
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI

from aicc.service.api import notes as notes_module
from aicc.service.api.notes import Resolved
from aicc.service.appending import Appending
from aicc.service.live_calls import LiveCalls
from assist.wrapup.resolution import Kind
from tests.aicc.service.api.assisted import Owner, assisting, ended
from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService
from voicebot.events import WrappedUp
from voicebot.link import CallCommand, Refused
from voicebot.log import new_call_id

NOTE = WrappedUp(
    {"issue": "니트 반품을 원함", "actions": ["반품 접수함"], "resolution": "환불 예정"},
    code="",
    suggested_code="RETURN",
    confidence=0.91,
    follow_ups=({"what": "환불", "due": "2026-11-30"},),
    slots={"order": "2026-11"},
    cause=1,
)


@pytest.fixture
def owner(service: FakeService) -> Owner:
    return Owner(service)


@pytest.fixture
def app(service: FakeService, owner: Owner) -> FastAPI:
    return assisting(service, owner, None)


@pytest.fixture
def call_id(service: FakeService) -> str:
    """With the machine's note."""
    return ended(service, NOTE)


async def got(client: Client, path: str, status: int = 200) -> Any:
    async with client() as known:
        answer = await known.get(f"/api/calls/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()


async def put(client: Client, call_id: str, version: str | None = '"1"', **body: Any) -> httpx.Response:
    async with client() as known:
        headers = {} if version is None else {"if-match": version}
        return await known.put(f"/api/calls/{call_id}/wrapup", json=body, headers=headers)


def edit(client: Client, call_id: str, version: str | None = '"1"', status: int = 200, **body: Any) -> Any:
    answer = asyncio.run(put(client, call_id, version, **({"edited_by": "김지영"} | body)))
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_note_is_read(client: Client, call_id: str) -> None:
    async def run() -> httpx.Response:
        async with client() as known:
            return await known.get(f"/api/calls/{call_id}/wrapup")

    answer = asyncio.run(run())
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    told = answer.json()
    assert told.pop("at").endswith("Z") or "+" in answer.json()["at"]
    assert told == {
        "call_id": call_id,
        "version": 1,
        "edited_by": "",
        "summary": NOTE.summary,
        "slots": NOTE.slots,
        "follow_ups": list(NOTE.follow_ups),
        "code": "",
        "suggested_code": "RETURN",
        "confidence": 0.91,
    }


def test_a_call_without_a_note_and_no_call(client: Client, service: FakeService) -> None:
    for path in ("wrapup", "wrapup/versions"):
        for there in (ended(service), service.begin()):
            told = asyncio.run(got(client, f"{there}/{path}", 404))
            assert told["error"] == "the call has no note yet"
        assert asyncio.run(got(client, f"{new_call_id()}/{path}", 404))["error"].startswith("no call ")
        asyncio.run(got(client, f"nothing/{path}", 422))
    edit(client, ended(service), status=404)


def test_an_edit_makes_the_next_version_and_all_stay(client: Client, call_id: str) -> None:
    told = edit(client, call_id, summary={"issue": "니트 교환을 원함"}, code="EXCHANGE", follow_ups=[])
    assert (told["version"], told["edited_by"], told["code"]) == (2, "김지영", "EXCHANGE")
    assert told["summary"] == NOTE.summary | {"issue": "니트 교환을 원함"}
    assert (told["follow_ups"], told["slots"], told["suggested_code"]) == ([], NOTE.slots, "RETURN")
    assert asyncio.run(got(client, f"{call_id}/wrapup")) == told
    slots = {"order": "2026-12", "gift": True, "amount": 35_000, "address": {"road": "한누리대로 1839"}, "none": None}
    third = edit(
        client, call_id, "2", edited_by="이민수", slots=slots, follow_ups=[{"what": "전화", "due": "2026-12-01"}]
    )
    assert (third["version"], third["slots"], third["code"]) == (3, slots, "EXCHANGE")
    versions = asyncio.run(got(client, f"{call_id}/wrapup/versions"))["versions"]
    assert [(one["version"], one["edited_by"]) for one in versions] == [(1, ""), (2, "김지영"), (3, "이민수")]
    assert versions[0]["summary"] == NOTE.summary


def test_how_it_came_out_is_edited_as_a_word_and_a_sentence(client: Client, call_id: str) -> None:
    told = edit(client, call_id, summary={"resolution": "callback", "resolution_text": "내일 다시 전화하기로 함."})
    assert told["summary"] == NOTE.summary | {"resolution": "callback", "resolution_text": "내일 다시 전화하기로 함."}


def test_what_a_machine_may_say_of_the_end_a_person_may_too() -> None:
    assert get_args(Resolved) == get_args(Kind)


def test_a_note_that_is_right_is_confirmed(client: Client, call_id: str) -> None:
    told = edit(client, call_id)
    assert (told["version"], told["edited_by"], told["summary"]) == (2, "김지영", NOTE.summary)


def test_of_two_who_edit_the_same_version_one_after_the_other_the_second_is_told(client: Client, call_id: str) -> None:
    edit(client, call_id, code="RETURN")
    answer = asyncio.run(put(client, call_id, '"1"', edited_by="이민수", code="EXCHANGE"))
    assert (answer.status_code, answer.headers["etag"]) == (409, '"2"')
    assert answer.json() == {
        "error": "version 2 of the note is there, by somebody else",
        "cure": "read it, and edit that",
    }
    assert asyncio.run(got(client, f"{call_id}/wrapup"))["code"] == "RETURN"


@pytest.mark.parametrize("running", [True, False])
def test_of_five_who_edit_it_at_once_one_is_kept_and_the_others_are_told(
    client: Client, service: FakeService, owner: Owner, call_id: str, running: bool
) -> None:
    if running:  # its process is at its last lines, and still owns the log
        call_id = service.begin()
        service.say(call_id, dataclasses.replace(NOTE, cause=0))
    owner.together = 5

    async def run() -> list[httpx.Response]:
        return await asyncio.gather(*(put(client, call_id, edited_by=f"{name}", code=f"C{name}") for name in range(5)))

    answers = asyncio.run(run())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    [kept] = [answer.json() for answer in answers if answer.status_code == 200]
    versions = asyncio.run(got(client, f"{call_id}/wrapup/versions"))["versions"]
    assert [one["version"] for one in versions] == [1, 2] and versions[1] == kept


def test_the_service_s_own_owner_of_logs_lets_one_of_three_edits_pass(
    client: Client, service: FakeService, owner: Owner, call_id: str
) -> None:
    async def run() -> list[httpx.Response]:
        async def no_process_has_it(call_id: str, command: CallCommand) -> Refused:
            return Refused("the call is over")

        appending = Appending(no_process_has_it, LiveCalls(lambda call_id: []), service.folder / "calls")
        owner.then = appending.append
        owner.together = 3
        answers = await asyncio.gather(*(put(client, call_id, edited_by=f"{name}", code="C") for name in range(3)))
        appending.close()
        return answers

    answers = asyncio.run(run())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert len(asyncio.run(got(client, f"{call_id}/wrapup/versions"))["versions"]) == 2


def test_the_same_edit_sent_twice_at_once_is_one(client: Client, owner: Owner, call_id: str) -> None:
    owner.together = 2

    async def run() -> list[httpx.Response]:
        return await asyncio.gather(*(put(client, call_id, edited_by="김지영", code="RETURN") for _ in range(2)))

    first, second = asyncio.run(run())
    assert (first.status_code, first.json()) == (200, second.json())


def test_the_version_that_was_edited_has_to_be_said(client: Client, call_id: str) -> None:
    for version, status in ((None, 428), ("", 422), ("*", 422), ("-1", 422), ('"1"', 200), ("2", 200)):
        told = edit(client, call_id, version, status)
        assert status == 200 or set(told) == {"error", "cure"}


UNFIT: list[dict[str, Any]] = [
    {"edited_by": ""},
    {"edited_by": "x" * 201},
    {"edited_by": None},
    {"seq": 5},
    {"confidence": 1.0},
    {"summary": {"issue": "x" * 2_001}},
    {"summary": {"issue": "\0"}},
    {"summary": {"mood": "angry"}},
    {"summary": {"resolution": "환불했어요"}},
    {"summary": {"actions": ["a"] * 31}},
    {"code": "x" * 65},
    {"follow_ups": [{"what": "전화", "due": "내일"}]},
    {"follow_ups": [{"what": "전화", "due": "2026-13-01"}]},
    {"follow_ups": [{"due": "2026-12-01"}]},
    {"follow_ups": [{"what": "전화"}] * 31},
    {"slots": {"": "a"}},
    {"slots": {"a": [1]}},
    {"slots": {str(number): "a" for number in range(51)}},
    {"slots": "a"},
]


def test_what_does_not_fit_is_refused_and_changes_nothing(client: Client, call_id: str) -> None:
    for body in UNFIT:
        told = edit(client, call_id, status=422, **body)
        assert "does not fit" in told["error"] and len(told["error"]) < 250, body
    assert asyncio.run(got(client, f"{call_id}/wrapup"))["version"] == 1


def test_no_number_is_no_number(client: Client, call_id: str) -> None:
    async def run(number: str) -> httpx.Response:
        async with client() as known:
            body = f'{{"edited_by": "김지영", "slots": {{"amount": {number}}}}}'
            headers = {"if-match": "1", "content-type": "application/json"}
            return await known.put(f"/api/calls/{call_id}/wrapup", content=body, headers=headers)

    for number in ("NaN", "Infinity", "1e999"):
        assert asyncio.run(run(number)).status_code == 422, number


def test_days_may_have_a_time(client: Client, call_id: str) -> None:
    due = ["2026-12-01", "2026-12-01T15:30", "2026-12-01T15:30:00+09:00", ""]
    told = edit(client, call_id, follow_ups=[{"what": "전화", "due": one} for one in due])
    assert [one["due"] for one in told["follow_ups"]] == due


def test_a_log_that_is_gone(client: Client, call_id: str, owner: Owner) -> None:
    owner.is_gone = True
    assert edit(client, call_id, status=409)["error"] == "the call's log is gone"


def test_what_is_not_read_back_in_time_is_told(client: Client, call_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(self: Owner, call_id: str, events: object) -> bool:
        return True

    monkeypatch.setattr(Owner, "append", nowhere)
    monkeypatch.setattr(notes_module, "READ_BACK_S", 0.0)
    monkeypatch.setattr(notes_module, "PAUSE_S", 0.0)
    assert edit(client, call_id, status=503)["error"] == "the edit is not in the call's log yet"


def test_nobody_reads_or_edits_without_a_key(client: Client, call_id: str) -> None:
    async def run() -> None:
        async with client(key=None) as unknown:
            assert (await unknown.get(f"/api/calls/{call_id}/wrapup")).status_code == 401
            assert (await unknown.put(f"/api/calls/{call_id}/wrapup", json={"edited_by": "x"})).status_code == 401

    asyncio.run(run())
