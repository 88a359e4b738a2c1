"""What a caller's page sends and is told, as JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, Field, StringConstraints

from aicc.service.api.wire import MAX_SEQ, Asked, Told, plain

MOST_SDP = 60_000
MOST_TEXT = 500  # characters that a caller types at once
MOST_KEYS = 32
MOST_FIELDS = 50  # of a form, and more than any agent asks for

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{10,64}$")]
Description = Annotated[str, StringConstraints(min_length=1, max_length=MOST_SDP), AfterValidator(plain)]


Called = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#._-]{0,64}$")]
Shown = Annotated[int, Field(ge=0, le=MAX_SEQ)]
Value = Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(plain)]


class CallAsked(Asked):
    """``called`` is what the button stands for, as a number that a caller would dial: it chooses the scenario."""

    sdp: Description
    called: Called = ""


class CallBegun(Told):
    token: str
    call_id: str
    sdp: str


class ChatAsked(Asked):
    called: Called = ""


class ChatBegun(Told):
    token: str
    call_id: str


class AnswersAsked(Asked):
    """``shown`` is the number of the form, by its caption; no ``values``: the caller has turned it down."""

    shown: Shown
    values: Annotated[dict[Value, Value], Field(max_length=MOST_FIELDS)]


class OpenedAsked(Asked):
    """``shown`` is the number of the page, by its caption."""

    shown: Shown


class OfferAsked(Asked):
    sdp: Description


class OfferAnswered(Told):
    sdp: str


class KeysAsked(Asked):
    keys: Annotated[str, StringConstraints(pattern=rf"^[0-9*#]{{1,{MOST_KEYS}}}$")]


class TextAsked(Asked):
    text: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_TEXT), AfterValidator(plain)
    ]


class IceTold(Told):
    """As RTCPeerConnection takes it."""

    urls: str
    username: str
    credential: str


class PageTold(Told):
    """What the page has to know. ``synthetic_voices_only``: the bundled recognizer has never heard a person."""

    company: str
    synthetic_voices_only: bool
    ice_servers: list[IceTold]
