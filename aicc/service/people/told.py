"""What is told of people, sessions and the audit trail."""

from __future__ import annotations

from datetime import datetime

from aicc.service.api.wire import Told
from voicebot.store.people import Role


class PersonTold(Told):
    name: str
    shown_name: str
    role: Role
    skills: list[str]
    phone: str
    language: str
    max_chats: int


class MeTold(PersonTold):
    """``csrf`` goes into the header X-CSRF-Token of every request that changes something."""

    csrf: str


class SignedInTold(Told):
    person: PersonTold
    csrf: str


class WaysTold(Told):
    """``oidc``: whether GET /api/desk/login/oidc leads to the company's login, whose button reads ``title``. It comes
    back to /desk?fault=CODE where it let nobody in: ``faults`` are the sentences by code and language. ``signed_in``:
    the panel asks for nobody's name before somebody has one."""

    oidc: bool
    title: str
    faults: dict[str, dict[str, str]]
    signed_in: bool


class SessionTold(Told):
    id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    is_this: bool


class SessionsTold(Told):
    sessions: list[SessionTold]


class KnownPersonTold(PersonTold):
    """As administrators see them; ``oidc_subject`` is whom the company's login knows them as."""

    is_active: bool
    has_password: bool
    oidc_subject: str | None
    created_at: datetime


class PeopleTold(Told):
    people: list[KnownPersonTold]


class PersonMade(KnownPersonTold):
    """``password`` is set where it has just been made, and shown this once."""

    password: str | None = None


class EntryTold(Told):
    id: int
    at: datetime
    person: str
    address: str
    action: str
    object: str
    outcome: str


class TrailTold(Told):
    """``next`` is the ``before`` of the next page; None at the end."""

    entries: list[EntryTold]
    next: int | None
