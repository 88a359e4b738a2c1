"""What designers write in braces and conditions: ``{금액}``, ``{도착일}``, ``상태 == "배송중" and 금액 > 30000``.

Templates are Jinja2 in its sandbox, with one brace instead of two, so that a flow can compute nothing but texts. Values
are typed and are written as people read them: dates as 11월 22일, truth values as 네 and 아니요. Particles in pairs are
settled by what comes before: ``{상품}(을/를)``.
"""

from collections.abc import Callable, Mapping
from datetime import date, time
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from voicebot.dialogue.slots.slot import Hours
from voicebot.text.particles import settle_particles

Values = Mapping[str, Any]


class TemplateInvalid(ValueError):
    """A text or condition that cannot be read or filled; the message says what is wrong with it."""


def fill(text: str, values: Values) -> str:
    """``text`` with its braces filled and its particles settled; :class:`TemplateInvalid`."""
    return settle_particles(_rendered(_template(text, "said"), text, values)) if "{" in text else settle_particles(text)


def fill_path(path: str, values: Values) -> str:
    """As :func:`fill`, for a URL's path: what is filled in cannot add a segment or a query."""
    filled = _rendered(_template(path, "path"), path, values)
    if {".", ".."} & set(filled.split("/")):  # clients resolve these, and ask for something else
        raise TemplateInvalid(f'"{path}": a segment of {filled} is "." or ".."')
    return filled


def fill_data(data: Any, values: Values) -> Any:
    """JSON with its texts filled; a text that is one brace and nothing else keeps its type: numbers stay numbers."""
    match data:
        case dict():
            return {key: fill_data(value, values) for key, value in data.items()}
        case list():
            return [fill_data(value, values) for value in data]
        case str() if data.startswith("{") and data.endswith("}") and data.count("{") == 1:
            value = evaluate(data[1:-1], values)
            return _as_data(value) if isinstance(value, date | time | Hours) else value
        case str():
            return _rendered(_template(data, "data"), data, values)
    return data


def holds(condition: str | None, values: Values) -> bool:
    """Whether the condition is true; none is. A slot that is not filled yet counts as nothing."""
    return condition is None or bool(evaluate(condition, values))


def evaluate(expression: str, values: Values) -> Any:
    try:
        value = _expression(expression)(**values)
    except (UndefinedError, SecurityError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise TemplateInvalid(f'"{expression}": {error}') from None
    return value


def names_in(text: str, *, is_expression: bool = False) -> set[str]:
    """The slots that a text or an expression speaks of; :class:`TemplateInvalid` for one that cannot be read."""
    if is_expression:
        _expression(text)
    else:
        _template(text, "said")
    source = f"{{ {text} }}" if is_expression else text
    return set(find_undeclared_variables(_environment("said").parse(source)))


class SaidText(str):
    """A text that people read in another form: 01012345678 as 010-1234-5678."""

    written: str


class SaidNumber(int):
    """A number that people read in another form: 35000 as 35,000원."""

    written: str


def as_said(value: Any, said: str) -> Any:
    """``value`` for templates: itself in conditions and data, ``said`` in texts."""
    match value:
        case bool():
            return value
        case str():
            text = SaidText(value)
            text.written = said
            return text
        case int():
            number = SaidNumber(value)
            number.written = said
            return number
    return value


def written(value: Any) -> str:
    """A value as people read it."""
    match value:
        case SaidText() | SaidNumber():
            return value.written
        case None | Undefined():
            return ""
        case bool():
            return "네" if value else "아니요"
        case date():
            return f"{value.month}월 {value.day}일"
        case time():
            return clock(value)
        case Hours():
            return f"{clock(value.start)}에서 {clock(value.end)} 사이"
        case list() | tuple():
            return ", ".join(written(item) for item in value)
    return str(value)


def _as_data(value: Any) -> str:
    """A value as computers read it."""
    match value:
        case None | Undefined():
            return ""
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case Hours():
            return f"{value.start:%H:%M}-{value.end:%H:%M}"
    return str(value)


def _as_segment(value: Any) -> str:
    # an undefined one says its name and fails; it would ask for /orders/ in place of one order
    return quote(str(value) if isinstance(value, Undefined) else _as_data(value), safe="")


def clock(value: time) -> str:
    hour = value.hour % 12 or 12
    half = "오전" if value.hour < 12 else "오후"
    return f"{half} {hour}시" + (f" {value.minute}분" if value.minute else "")


def won(value: Any) -> str:
    return f"{int(value):,}원"


def day(value: Any) -> str:
    """A date of a web service, ISO 8601, as people read it."""
    return written(date.fromisoformat(str(value)[:10]))


def grouped_phone(value: Any) -> str:
    from voicebot.text.telephone import grouped

    return grouped(str(value)) or str(value)


def masked(value: Any) -> str:
    """All but the last four characters hidden."""
    text = str(value)
    return "*" * max(0, len(text) - 4) + text[-4:]


FILTERS: dict[str, Callable[[Any], str]] = {"원": won, "날짜": day, "전화": grouped_phone, "가림": masked}
"""``{total|원}``: for raw values of web services."""


class _Nothing(Undefined):
    """A slot without a value: false and empty, equal to nothing, never an error in a condition."""

    def _no_order(self, other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _no_order  # type: ignore[assignment]


_OWN_FILTERS = "abs count default first float int join last length list lower max min string sum trim upper".split()
"""Those of Jinja's that make nothing much longer than it was."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Without anything that a few characters could keep a call busy with, or fill the memory: calls, long products."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} is for two numbers, and ** for none")
        return super().call_binop(context, operator, left, right)

    def is_safe_callable(self, obj: Any) -> bool:
        return False


@cache
def _environment(kind: str) -> ImmutableSandboxedEnvironment:
    finish: dict[str, Callable[[Any], Any]] = {
        "said": written,
        "path": _as_segment,
        "data": _as_data,
    }
    environment = _Sandbox(
        # statements cannot be written: loops in a text could keep a call busy for ever
        block_start_string="\0{%",
        variable_start_string="{",
        variable_end_string="}",
        undefined=StrictUndefined if kind == "path" else _Nothing,
        finalize=finish[kind],
        keep_trailing_newline=True,
    )
    environment.filters = {name: environment.filters[name] for name in _OWN_FILTERS} | FILTERS
    environment.globals.clear()
    return environment


@cache
def _template(text: str, kind: str) -> Any:
    try:
        return _environment(kind).from_string(text)
    except TemplateSyntaxError as error:
        raise TemplateInvalid(f'"{text}": {error.message}') from None


@cache
def _expression(text: str) -> Any:
    try:
        return _environment("said").compile_expression(text, undefined_to_none=True)
    except TemplateSyntaxError as error:
        raise TemplateInvalid(f'"{text}": {error.message}') from None


def _rendered(template: Any, text: str, values: Values) -> str:
    try:
        return str(template.render(**values))
    except (UndefinedError, SecurityError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise TemplateInvalid(f'"{text}": {error}') from None
