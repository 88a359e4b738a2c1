from datetime import date, time
from typing import Any

import pytest

from voicebot.dialogue.slots import Hours
from voicebot.dialogue.template import TemplateInvalid, as_said, evaluate, fill, fill_data, fill_path, holds, names_in

VALUES: dict[str, Any] = {
    "이름": "김민수",
    "상품": "냉장고",
    "금액": as_said(35_000, "35,000원"),
    "합계": 1_234_500,
    "번호": as_said("01012345678", "010-1234-5678"),
    "도착일": date(2026, 11, 25),
    "시각": time(15, 30),
    "정오": time(12),
    "새벽": time(0, 5),
    "방문": Hours(time(14), time(16)),
    "동의": True,
    "거절": False,
    "목록": ["사과", "배"],
    "빈값": None,
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{이름}(이/가) {상품}(을/를) 샀어요", "김민수가 냉장고를 샀어요"),
        ("{금액}(이에요/예요)", "35,000원이에요"),
        ("{도착일}(으로/로)", "11월 25일로"),
        ("{시각}, {정오}, {새벽}", "오후 3시 30분, 오후 12시, 오전 12시 5분"),
        ("{방문}", "오후 2시에서 오후 4시 사이"),
        ("{동의} {거절}", "네 아니요"),
        ("{목록}", "사과, 배"),
        ("{번호}", "010-1234-5678"),
        ("[{없는것}{빈값}]", "[]"),
        ("중괄호 없이 책(은/는)", "중괄호 없이 책은"),
        ("끝줄\n", "끝줄\n"),
    ],
)
def test_values_are_said_as_people_read_them(text: str, said: str) -> None:
    assert fill(text, VALUES) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{합계|원}", "1,234,500원"),
        ("{'-500'|원}", "-500원"),
        ("{'2026-11-25T09:00:00+09:00'|날짜}", "11월 25일"),
        ("{'01012345678'|전화}", "010-1234-5678"),
        ("{'12'|전화}", "12"),
        ("{번호|가림}", "*******5678"),
        ("{'123'|가림}", "123"),
    ],
)
def test_filters(text: str, said: str) -> None:
    assert fill(text, VALUES) == said


@pytest.mark.parametrize("text", ["{이름|원}", "{이름|날짜}", "{없는것|원}", "{", "{이름", "{이름|몰라}", "{1/0}"])
def test_what_cannot_be_filled_says_so(text: str) -> None:
    with pytest.raises(TemplateInvalid, match="^" + '"' + r"\{"):
        fill(text, VALUES)


@pytest.mark.parametrize(
    "text",
    [
        "{''.__class__.__mro__[1].__subclasses__()}",
        "{'{0.__class__.__mro__}'.format(이름)}",
        "{이름.__class__.__mro__}",
        "{목록.append(3)}",
        "{이름|attr('__class__')}",
        "{lipsum()}",
        "{self._TemplateReference__context.environment}",
        "{% for a in 목록 %}네{% endfor %}",
        "{% for a in 목록 * 1000000000 %}네{% endfor %}",
        "{% macro a() %}{a()}{a()}{% endmacro %}{a()}",
        "{% include 'x' %}",
        "{range(1000000000)}",
        "{'가' * 1000000000}",
        "{목록 * 1000000000}",
        "{9 ** 9 ** 9 ** 9}",
        "{'%1000000000d' % 3}",
        "{'{:1000000000}'.format(3)}",
        "{'가'|center(1000000000)}",
        "{'가'.ljust(1000000000)}",
    ],
)
def test_a_text_computes_nothing(text: str) -> None:
    with pytest.raises(TemplateInvalid):
        fill(text, VALUES)
    assert VALUES["목록"] == ["사과", "배"]


def test_attributes_of_the_machine_say_nothing() -> None:
    assert fill("[{이름.__class__}{이름.__init__}{cycler}]", VALUES) == "[]"


def test_arithmetic_with_figures_is_meant() -> None:
    assert evaluate("금액 * 2 + 합계 % 1000", VALUES) == 70_500


def test_what_a_caller_says_is_no_template() -> None:
    assert fill("{발화}", {"발화": "{이름} {{1}} {% x %}", "이름": "김"}) == "{이름} {{1}} {% x %}"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("12-34", "/orders/12-34"),
        ("../admin", "/orders/..%2Fadmin"),
        ("a/b?x=1#f", "/orders/a%2Fb%3Fx%3D1%23f"),
        ("%2e%2e", "/orders/%252e%252e"),
        ("a\r\nHost: x", "/orders/a%0D%0AHost%3A%20x"),
        ("강남", "/orders/%EA%B0%95%EB%82%A8"),
        (date(2026, 11, 25), "/orders/2026-11-25"),
        (as_said(35_000, "35,000원"), "/orders/35000"),
    ],
)
def test_a_path_gains_no_segment_and_no_query(value: Any, path: str) -> None:
    assert fill_path("/orders/{값}", {"값": value}) == path


@pytest.mark.parametrize("value", ["..", "."])
def test_a_path_does_not_climb(value: str) -> None:
    with pytest.raises(TemplateInvalid):
        fill_path("/orders/{값}/cancel", {"값": value})


def test_a_path_wants_all_its_values() -> None:
    with pytest.raises(TemplateInvalid, match="없는것"):
        fill_path("/orders/{없는것}", VALUES)


def test_json_keeps_its_types() -> None:
    data = {
        "a": "{금액}",
        "b": ["{동의}", "{목록}", 3, None, 0.5],
        "c": {"d": "{도착일}", "e": "{시각}", "f": "{방문}"},
        "g": "{이름} 님",
        "h": "{번호}",
        "i": "{금액}원",
        "j": "{없는것}",
    }
    filled = fill_data(data, VALUES)
    assert filled == {
        "a": 35_000,
        "b": [True, ["사과", "배"], 3, None, 0.5],
        "c": {"d": "2026-11-25", "e": "15:30", "f": "14:00-16:00"},
        "g": "김민수 님",
        "h": "01012345678",
        "i": "35000원",
        "j": None,
    }
    assert filled["b"][0] is True and isinstance(filled["a"], int)


@pytest.mark.parametrize(
    ("condition", "is_true"),
    [
        (None, True),
        ("금액 > 30000", True),
        ("동의 and 이름 == '김민수'", True),
        ("번호 == '01012345678'", True),
        ("상품 in ['냉장고', '세탁기']", True),
        ("시각.hour is defined", True),
        ("없는것", False),
        ("not 없는것", True),
        ("없는것 == 3", False),
        ("없는것 > 3", False),
        ("3 >= 없는것", False),
    ],
)
def test_conditions(condition: str | None, is_true: bool) -> None:
    assert holds(condition, VALUES) is is_true


@pytest.mark.parametrize("condition", ["상품 = '냉장고'", "3 +", "금액 / 0", "금액 > '가'", "'가' * 1000000000 == 1"])
def test_conditions_that_cannot_be_read(condition: str) -> None:
    with pytest.raises(TemplateInvalid):
        holds(condition, VALUES)


def test_names() -> None:
    assert names_in("{이름}(이/가) {금액|원} {주문.상품}") == {"이름", "금액", "주문"}
    assert names_in('상태 == "배송중" and 금액 > 3', is_expression=True) == {"상태", "금액"}
    with pytest.raises(TemplateInvalid):
        names_in("{이름")
    with pytest.raises(TemplateInvalid):
        names_in("이름 ==", is_expression=True)
