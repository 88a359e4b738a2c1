"""What may be said of a person: names that cannot be mistaken for others, telephones, skills."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from aicc.people_settings import Role
from aicc.service.api.wire import Asked, plain
from aicc.service.people.passwords import LONGEST

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_PHONE = re.compile(
    r"(sips?:[A-Za-z0-9._~*+!'-]{1,64}@[A-Za-z0-9.\[\]:-]{1,128}(;transport=(udp|tcp|tls))?"
    r"|(tel:)?\+?[0-9][0-9-]{1,29})?"
)
MOST_SKILLS = 32


def fit_name(text: str) -> str | None:
    """``text`` as a name to sign in with, or None: small ASCII letters, so that none looks like another's."""
    # before lower(): it makes a k of the sign for kelvin
    name = text.strip()
    return name.lower() if name.isascii() and _NAME.fullmatch(name.lower()) else None


def fit_shown_name(text: str) -> str | None:
    """``text`` as others may read it: no controls, nothing that turns the direction of what stands around it."""
    shown = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 0 < len(shown) <= 64 or any(unicodedata.category(letter)[0] == "C" for letter in shown):
        return None
    return shown


def _name(value: str) -> str:
    if (name := fit_name(value)) is None:
        raise PydanticCustomError("name", "write 1 to 64 small letters, digits and . _ @ -, such as jiyeong.kim")
    return name


def _shown(value: str) -> str:
    if (shown := fit_shown_name(value)) is None:
        raise PydanticCustomError("shown", "write 1 to 64 characters that can be read")
    return shown


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise PydanticCustomError("phone", "write sip:NAME@HOST, a number, or nothing")
    return value


def _split(value: object) -> object:
    return [part for part in (one.strip() for one in value.split(",")) if part] if isinstance(value, str) else value


Shown = Annotated[str, AfterValidator(_shown)]
Phone = Annotated[str, AfterValidator(_phone)]
Skills = Annotated[tuple[Shown, ...], BeforeValidator(_split), Field(max_length=MOST_SKILLS)]
Typed = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(plain)]
Chats = Annotated[int, Field(ge=0, le=20)]
Language = Literal["ko", "en"]


class PersonWanted(Asked):
    """Somebody new. ``skills`` may be one text with commas between. Without ``password`` one is made, but for people of
    the company's login (``with_oidc``), who are known there by the same name."""

    name: Annotated[str, AfterValidator(_name)]
    shown_name: Shown
    role: Role
    skills: Skills = ()
    phone: Phone = ""
    language: Language = "ko"
    max_chats: Chats = 3
    password: Typed | None = None
    with_oidc: bool = False


class PersonChange(Asked):
    """What is left out stays as it is. A new ``password`` signs the person out everywhere."""

    shown_name: Shown | None = None
    role: Role | None = None
    skills: Skills | None = None
    phone: Phone | None = None
    language: Language | None = None
    max_chats: Chats | None = None
    is_active: bool | None = None
    password: Typed | None = None
