from datetime import datetime
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from voicebot.dialogue.asked import CONFIRMATION, OFFER, Asked, finder
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.scenario.slot_settings import SlotSettings
from voicebot.dialogue.slots import FreeText

NOW = datetime(2026, 11, 22, 10, 0)  # a Sunday
SETTINGS: TypeAdapter[Any] = TypeAdapter(SlotSettings)

CASES: list[tuple[dict[str, Any], str, str, str | None]] = [
    ({"type": "yes_no"}, "네 맞아요", "네", None),
    ({"type": "choice", "options": {"환불": ["돈"], "교환": []}}, "돈으로 주세요", "환불", None),
    ({"type": "digits", "lengths": [6]}, "일이삼사오육이요", "123456", None),
    ({"type": "digits", "lengths": [6]}, "일이삼사요", "1234", "digits"),
    ({"type": "phone"}, "공일공 일이삼사 오육칠팔이요", "01012345678", None),
    ({"type": "phone", "mobile_only": True}, "공이 이삼사오 육칠팔구요", "0223456789", "mobile"),
    ({"type": "order_number"}, "이공이육일일이이요", "20261122", None),
    ({"type": "amount", "most": 10_000}, "삼만 원이요", "30000", "high"),
    ({"type": "date"}, "내일이요", "2026-11-23", None),
    ({"type": "date", "wants": "past"}, "어제요", "2026-11-21", None),
    ({"type": "time", "opens": "09:00", "closes": "18:00"}, "세 시요", "15:00:00", None),
    ({"type": "name"}, "김민수요", "김민수", None),
    ({"type": "text"}, "그냥 마음에 안 들어서요", "그냥 마음에 안 들어서요", None),
]


@pytest.mark.parametrize(("written", "said", "value", "problem"), CASES)
def test_what_a_designer_writes_finds_what_a_caller_says(
    written: dict[str, Any], said: str, value: str, problem: str | None
) -> None:
    chosen = SETTINGS.validate_python({"ask": "말씀해 주세요", **written})
    found = finder(chosen, FreeText()).find(Heard.of(said), NOW, asked=True)
    assert found is not None
    assert (("네" if found.value is True else str(found.value)), found.problem) == (value, problem)


def test_every_type_that_there_is_can_be_asked_for() -> None:
    types = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(get_args(SlotSettings)[0])}
    assert types == {written["type"] for written, *_ in CASES} | {"address"}


def test_addresses_are_found_by_the_book() -> None:
    book = FreeText()
    assert finder(SETTINGS.validate_python({"ask": "주소요", "type": "address"}), book) is book


@pytest.mark.parametrize(("kind", "is_open"), [("text", True), ("name", True), ("address", True), ("phone", False)])
def test_what_anything_could_answer(kind: str, is_open: bool) -> None:
    chosen = SETTINGS.validate_python({"ask": "?", "type": kind})
    assert Asked("칸", chosen, FreeText()).is_open is is_open


def test_no_thanks_turns_an_offer_down_and_says_nothing_of_right_or_wrong() -> None:
    offered = OFFER.slot.find(Heard.of("괜찮아요"), NOW, asked=True)
    assert offered is not None and offered.value is False
    confirmed = CONFIRMATION.slot.find(Heard.of("괜찮아요"), NOW, asked=True)
    assert confirmed is None or confirmed.value is True
