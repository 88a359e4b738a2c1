"""Addresses of a running call, over the sample company's book."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from assist.addresses import KEPT_MS, Addresses
from assist.call_so_far import CallSoFar
from kb.address import AddressBook
from voicebot.dialogue.heard import Heard
from voicebot.events import (
    AddressNormalized,
    BotFinished,
    Event,
    Logged,
    Side,
    TranscriptFinal,
    TranscriptPartial,
    TurnEnded,
)

NURI = Path(__file__).parents[2] / "scenarios/nuri"
MOST_FALSE = 1 / 500


@pytest.fixture(scope="module")
def addresses() -> Addresses:
    return Addresses(AddressBook.of_file(NURI / "addresses.txt"))


class Call:
    """What one helper says to what is said."""

    def __init__(self, addresses: Addresses) -> None:
        self._helper = addresses.open(CallSoFar("call"), None)
        self._seq = self._turn = 0
        self.at_ms = 0

    def says(self, spoken: str, side: Side = "caller") -> list[AddressNormalized]:
        self._turn += 1
        heard = Heard.of(spoken)
        if side == "caller":
            return self._log(TurnEnded(self._turn, spoken, heard.written, 500, "ending"))
        return self._log(TranscriptFinal(side, self._turn, spoken, heard.written, (), "bundled"))

    def is_saying(self, spoken: str) -> list[AddressNormalized]:
        heard = Heard.of(spoken)
        return self._log(TranscriptPartial("caller", self._turn + 1, spoken, heard.written, len(spoken)))

    def hears(self, event: Event) -> list[AddressNormalized]:
        return self._log(event)

    def _log(self, event: Event) -> list[AddressNormalized]:
        self._seq += 1
        found: list[AddressNormalized] = []
        for said in self._helper.heard(Logged("call", self._seq, self.at_ms, event)):
            assert isinstance(said, AddressNormalized)
            found.append(said)
        return found


@pytest.fixture
def call(addresses: Addresses) -> Call:
    return Call(addresses)


def best(events: Sequence[AddressNormalized]) -> tuple[str, str, str]:
    """Road, detail and what is missing of the last event's best candidate."""
    first: dict[str, Any] = events[-1].candidates[0]
    return first["road"], first["detail"], first["missing"]


def test_an_address_comes_in_its_standard_form(call: Call) -> None:
    (event,) = call.says("세종시 한누리대로 이천백삼십 이백삼동 천사호요")
    assert event.spoken == "세종시 한누리대로 이천백삼십 이백삼동 천사호요"
    assert event.turn == 1
    score = event.candidates[0]["score"]
    assert score > 0.9
    assert event.candidates[0] == {
        "road": "세종특별자치시 한누리대로 2130",
        "postcode": "30151",
        "jibun": "세종특별자치시 보람동 718",
        "building": "세종특별자치시청",
        "detail": "203동 1004호",
        "score": score,
        "missing": "none",
    }


def test_it_completes_as_the_caller_speaks_and_says_nothing_twice(call: Call) -> None:
    said = [
        call.is_saying("네 세종시"),
        call.is_saying("네 세종시 한누리대로"),
        call.is_saying("네 세종시 한누리대로 이천"),
        call.is_saying("네 세종시 한누리대로 이천백삼십"),
        call.is_saying("네 세종시 한누리대로 이천백삼십 이백삼동"),
        call.is_saying("네 세종시 한누리대로 이천백삼십 이백삼동 천사호"),
        call.says("네 세종시 한누리대로 이천백삼십 이백삼동 천사호"),
        call.says("네 맞아요"),
    ]
    road = "세종특별자치시 한누리대로"
    assert [best(events) if events else None for events in said] == [
        None,
        (road, "", "number"),
        None,
        None,
        (f"{road} 2130", "203동", "none"),
        (f"{road} 2130", "203동 1004호", "none"),
        None,
        None,
    ]


def test_an_address_said_over_several_turns_is_joined(call: Call) -> None:
    assert best(call.says("서울시 강남구 테헤란로요")) == ("서울특별시 강남구 테헤란로", "", "number")
    assert call.says("몇 번지세요", side="agent") == []
    assert best(call.says("백오십이번지요")) == ("서울특별시 강남구 테헤란로 152", "", "none")
    assert call.says("동 호수도 알려 주시겠어요", side="agent") == []
    assert best(call.says("이백삼동 천사호입니다")) == ("서울특별시 강남구 테헤란로 152", "203동 1004호", "none")


def test_the_agent_reading_it_back_changes_nothing(call: Call) -> None:
    call.says("한누리대로 이천백삼십이요")
    assert call.says("네 세종시 한누리대로 이천백삼십 맞으시죠", side="agent") == []


def test_the_agent_may_tell_it(call: Call) -> None:
    assert (
        best(call.says("서울 중구 세종대로 백십으로 보내 드릴게요", side="agent"))[0] == "서울특별시 중구 세종대로 110"
    )


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("세종대로 백십이요", "아니 백칠십오예요", ("서울특별시 종로구 세종대로 175", "", "none")),
        ("세종대로 백십 오층이요", "아 아니다 육층이요", ("서울특별시 중구 세종대로 110", "6층", "none")),
        ("세종대로 백십이요", "아니 그게 아니라 테헤란로 백오십이요", ("서울특별시 강남구 테헤란로 152", "", "none")),
        ("세종대로 백십이요", "회사는 테헤란로 백오십이예요", ("서울특별시 강남구 테헤란로 152", "", "none")),
        ("대학로 오십이요", "충주요", ("충청북도 충주시 대소원면 대학로 50", "", "none")),
    ],
)
def test_what_is_said_later_replaces_or_completes(
    call: Call, first: str, then: str, expected: tuple[str, str, str]
) -> None:
    assert call.says(first)
    assert best(call.says(then)) == expected


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("테헤란로요", "number"),
        ("대학로 오십", "region"),
        ("강남구 테헤란로 이백이십", "building"),
        ("서울시 강남구요", "road"),
    ],
)
def test_half_an_address_says_what_to_ask_for(call: Call, said: str, missing: str) -> None:
    assert best(call.says(said))[2] == missing


@pytest.mark.parametrize(
    "said",
    [
        "경기도 화성시 동탄대로 오백이요",
        "서울시 강남구 압구정로데오길 이십이요",
        "도쿄도 신주쿠구 니시신주쿠 이 다시 팔 다시 일",
    ],
)
def test_what_the_book_has_not_got_is_told_without_a_candidate(call: Call, said: str) -> None:
    (event,) = call.says(said)
    assert not [candidate for candidate in event.candidates if candidate["missing"] == "none"]
    assert call.says(said) == []


def test_no_more_than_three(call: Call) -> None:
    (event,) = call.says("시청로 일이요")
    assert len(event.candidates) == 3


def test_an_address_waits_for_its_rest_for_a_while_only(call: Call) -> None:
    call.says("서울시 강남구 테헤란로요")
    call.at_ms = KEPT_MS + 1
    assert call.says("백오십이번지요") == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "네",
        "뉴욕 맨해튼 브로드웨이 이십",
        "내일 세 시에 와 주세요",
        "주문번호 이공이육에 일일이이요",
        "삼만 오천 원이요",
    ],
)
def test_other_talk_is_no_address(call: Call, said: str) -> None:
    assert call.says(said) == []
    call.says("한누리대로 이천백삼십이요")
    assert call.says(said) == []


def test_keys_and_the_bot_are_not_listened_to(call: Call) -> None:
    assert call.hears(TurnEnded(1, "세종대로 110", "세종대로 110", 0, "dtmf")) == []
    assert call.hears(BotFinished(1, "서울시 중구 세종대로 110")) == []


def test_ordinary_talk_hardly_ever_looks_like_an_address(addresses: Addresses) -> None:
    with (NURI / "faq.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [text for row in rows for text in (row["question"], *row["examples"].split("|")) if text]
    for path in sorted((NURI / "tests").glob("*.yaml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]:
            texts += [str(step["caller"]) for step in test["talk"] if "caller" in step]
    texts = list(dict.fromkeys(texts))
    told = [text for text in texts if Call(addresses).says(text)]
    false = [text for text in told if not text.startswith("서울 ")]  # those are addresses
    assert len(texts) > 500
    assert len(told) > len(false)
    assert len(false) <= MOST_FALSE * len(texts), false
