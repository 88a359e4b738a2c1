"""Which turns the bot has understood."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aicc.settings import Settings
from aicc.simulation.report import CallReport, Turn
from aicc.simulation.script import Script, ScriptFile
from aicc.simulation.script_file import read_scripts
from aicc.simulation.understanding import done_with, heard, is_understood, texts_of, typed

LINE = Path(__file__).parents[3] / "audio_fixtures" / "line"


def script(*steps: object, **more: object) -> Script:
    return Script(Path("one.yaml"), ScriptFile.model_validate({"steps": steps, **more}))


def answered(text: str, source: str = "faq", at_ms: int = 0) -> dict[str, object]:
    return {"type": "answer_chosen", "source": source, "text": text, "at_ms": at_ms}


def test_the_same_thing_said_in_two_ways_is_the_same() -> None:
    filled = {"type": "slot_filled", "slot": "주문번호", "value": "20261122", "spoken": "이공이육"}
    assert done_with([filled, answered("주문번호가 어떻게 되세요?", "flow")]) == done_with(
        [answered("주문번호를 불러 주시겠어요?", "flow"), filled | {"spoken": "이공 이육"}]
    )
    assert done_with([filled]) != done_with([filled | {"value": "20261123"}])
    assert done_with([answered("쉽니다.")]) != done_with([answered("엽니다.")])


def test_a_number_that_is_asked_back_is_understood() -> None:
    typed = done_with(
        [{"type": "slot_filled", "slot": "주문번호", "value": "20261122"}, answered("배송 중이에요.", "flow")]
    )
    assert is_understood(typed | done_with([answered("주문번호 20261122번이 맞으세요?", "flow")]), typed)
    assert is_understood(done_with([answered("주문번호 20261122번이 맞으세요?", "flow")]), typed)
    assert not is_understood(done_with([answered("주문번호 20261123번이 맞으세요?", "flow")]), typed)
    assert not is_understood(frozenset(), typed)
    assert is_understood(frozenset(), frozenset()), "there was nothing to do"


def test_what_happens_belongs_to_the_turn_before_it() -> None:
    turns = (Turn("say", "하나", 1_000, 2_000, False), Turn("say", "둘", 5_000, 6_000, False))
    report = CallReport("one", 0, 9_000, "caller", (), 0, turns)
    events = [answered("인사", at_ms=10), answered("첫째", at_ms=2_200), answered("둘째", at_ms=6_100)]
    assert heard(report, events) == [done_with([events[1]]), done_with([events[2]])]


def test_scripts_that_do_more_than_speak_have_no_typed_form() -> None:
    assert texts_of(script({"say": "하나"}, {"say": ["둘"]})) == ["하나", "둘"]
    for step in ({"keys": "1"}, {"say": ["둘", 300, "셋"]}):
        with pytest.raises(ValueError, match="only plain say steps"):
            texts_of(script({"say": "하나"}, step))


def test_the_projects_own_scripts_only_speak() -> None:
    assert sum(len(texts_of(one)) for one in read_scripts([LINE])) >= 60


@pytest.mark.slow
def test_what_is_typed_is_what_the_sample_company_does() -> None:
    wanted = script(
        {"say": "배송 조회하고 싶어요"}, {"say": "이공이육 팔공팔공이요"}, {"say": "해외로도 배송이 되나요"}
    )
    [turns] = asyncio.run(typed([wanted], Settings()))
    assert ("flow", "배송 조회") in turns[0]
    assert ("slot", "주문번호", "20268080") in turns[1]
    assert ("answer", "죄송하지만 국내 주소로만 보내 드립니다.") in turns[2]
