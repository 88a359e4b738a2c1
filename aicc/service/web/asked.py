"""What a caller's page sends and is told, as JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, StringConstraints

from aicc.service.api.wire import Asked, Told, plain

MOST_SDP = 60_000
MOST_TEXT = 500  # characters that a caller types at once
MOST_KEYS = 32

Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{10,64}$")]
Description = Annotated[str, StringConstraints(min_length=1, max_length=MOST_SDP), AfterValidator(plain)]


class CallAsked(Asked):
    """``called`` is what the button stands for, as a number that a caller would dial: it chooses the scenario."""

    sdp: Description
    called: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z+*#._-]{0,64}$")] = ""


class CallBegun(Told):
    token: str
    call_id: str
    sdp: str


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
