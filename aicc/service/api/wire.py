"""What comes in and goes out as JSON."""

from __future__ import annotations

import difflib
import json
from typing import Annotated, Any

import orjson
from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from aicc.service.api.masking import masked_fields
from aicc.service.api.problem import Problem
from voicebot.events import TYPES, Logged

MAX_SEQ = 2**31 - 1
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def plain(text: str) -> str:
    """PostgreSQL takes no NUL, UTF-8 no half of a surrogate pair."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise PydanticCustomError("plain", "only characters of a text")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
CallId = Annotated[str, Path(pattern=f"^{UUID}$", description="A call's id, as every event carries it")]
Start = Annotated[int, Query(ge=0, le=MAX_SEQ, description="From this seq on")]
Types = Annotated[
    str | None,
    Query(max_length=2_000, description="Only these types, with commas between: transcript_final,turn_ended"),
]


def asked_types(types: str | None) -> frozenset[str]:
    """Empty: all of them. Raises Problem for a name that no event has: a mistake would look like silence."""
    names = frozenset(name.strip() for name in types.split(",")) - {""} if types else frozenset()
    for name in names - TYPES.keys():
        close = difflib.get_close_matches(name, TYPES, n=1)
        cure = f'did you mean "{close[0]}"?' if close else f"the types are {', '.join(sorted(TYPES))}"
        raise Problem(422, "types names one that there is not", cure)
    return names


def json_of(logged: Logged) -> bytes:
    """One event as everybody sees it: abusive words are masked."""
    fields = masked_fields(logged.as_json())
    try:
        return orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # half a surrogate pair, an integer of more than 64 bits: somebody else's text
        return json.dumps(fields, default=str).encode()


class Told(BaseModel):
    """An answer: made from a row of the store or the front's own knowledge."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Asked(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventsTold(Told):
    """``next`` is the ``start`` that goes on from here; None behind ``call_ended``, or at the end of what there is."""

    call_id: str
    state: str
    events: list[dict[str, Any]]
    next: int | None
