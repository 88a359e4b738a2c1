import sys
from subprocess import run

import pytest

from kb import korean
from kb.korean import Morpheme


def test_what_people_say_is_more_plausible_than_what_sounds_like_it() -> None:
    said, misheard, nothing = korean.plausibility(["비밀번호를 잊어버렸어요", "비밀번호를 이저버려써요", ""])
    assert said > misheard + 5
    assert nothing == 0


def test_one_analyzer_serves_the_process() -> None:
    assert korean.analyzer() is korean.analyzer()


def test_a_verb_is_its_stem_whatever_it_ends_in() -> None:
    for said in ("물어요", "물어볼게요"):
        assert Morpheme("묻", "VV") in korean.morphemes(said), "irregular stems have no tag of their own"
    assert {"취소", "하"} & set(korean.content("취소해 주세요"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("배송비는 얼마예요?", ["배송비", "얼마"]),
        ("VIP 등급이 3개", ["vip", "등급", "3", "개"]),
        ("음... 그, 네!", []),
        ("은는이가", None),
        ("", []),
        ("😀", []),
    ],
)
def test_content_is_what_carries_meaning(said: str, expected: list[str] | None) -> None:
    found = korean.content(said)
    assert isinstance(found, list)
    if expected is not None:
        assert found == expected


def test_wrong_spaces_cost_little() -> None:
    assert set(korean.content("배송 비는얼마 인가요")) & set(korean.content("배송비는 얼마인가요"))


def test_asking_for_the_module_loads_no_analyzer() -> None:
    code = "import sys, kb.korean; print('kiwipiepy' in sys.modules)"
    assert run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
