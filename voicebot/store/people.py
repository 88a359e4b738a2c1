"""The people who work with this product: who they are, what they may do, and what they sign in with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    UniqueConstraint,
    delete,
    select,
    text,
    true,
    update,
)

from voicebot.store.audit import AuditTable
from voicebot.store.database import Database
from voicebot.store.sessions import SessionRow, SessionTable, sessions
from voicebot.store.tables import PlainText, UtcTime, metadata
from voicebot.store.writing import inserting

Role = Literal["agent", "supervisor", "designer", "reviewer", "admin"]

people = Table(
    "people",
    metadata,
    Column("name", PlainText, nullable=False),
    Column("shown_name", PlainText, nullable=False),
    Column("role", PlainText, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("phone", PlainText, nullable=False),
    Column("language", PlainText, nullable=False, server_default=text("'ko'")),
    Column("max_chats", Integer, nullable=False, server_default=text("3")),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("password_hash", PlainText),
    # whom the company's login knows them as: a subject is unique with its issuer alone (OpenID Connect Core, 5.7)
    Column("oidc_issuer", PlainText),
    Column("oidc_subject", PlainText),
    Column("created_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
    PrimaryKeyConstraint("name", name="pk_people"),
    UniqueConstraint("oidc_issuer", "oidc_subject", name="people_by_subject"),
)


class NameTaken(Exception):
    """Somebody has this name, or had it: calls and audit entries of the past are known by it."""


class SubjectTaken(Exception):
    """Somebody else is known to the company's login under this subject."""


class LastAdmin(Exception):
    """Nobody could let people in any more."""


@dataclass(frozen=True, slots=True)
class Person:
    """``name`` is what they sign in with, ``shown_name`` what others read; ``phone`` is their telephone's SIP address
    or number, empty for the browser alone. ``max_chats`` is how many text chats they have at once."""

    name: str
    shown_name: str
    role: Role
    skills: tuple[str, ...] = ()
    phone: str = ""
    language: str = "ko"
    max_chats: int = 3
    is_active: bool = True
    has_password: bool = False
    oidc_issuer: str | None = None
    oidc_subject: str | None = None
    created_at: datetime | None = None


_CHANGEABLE = frozenset({"shown_name", "role", "skills", "phone", "language", "max_chats", "is_active"})


class PeopleTable:
    """Synchronous and thread-safe, as :class:`voicebot.store.Store` is; raises :class:`StoreUnavailable`.

    Who is removed is found no more, signs in no more, and leaves the name: nobody gets it again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def sessions(self) -> SessionTable:
        return SessionTable(self._database)

    @property
    def audit(self) -> AuditTable:
        return AuditTable(self._database)

    def all(self) -> list[Person]:
        """By name, inactive ones too."""
        query = select(people).where(people.c.removed_at.is_(None)).order_by(people.c.name)
        with self._database.reading() as connection:
            return [_person(row) for row in connection.execute(query)]

    def find(self, name: str) -> Person | None:
        with self._database.reading() as connection:
            return _found(connection, people.c.name == name)

    def find_by_subject(self, issuer: str, subject: str) -> Person | None:
        with self._database.reading() as connection:
            return _found(connection, (people.c.oidc_issuer == issuer) & (people.c.oidc_subject == subject))

    def signed_in(self, token_sha256: str) -> tuple[SessionRow, Person] | None:
        """Whose session a token is, whether or not it is over or they are active."""
        ours = [column.label(f"session_{column.name}") for column in sessions.c]
        query = select(people, *ours).join(sessions, sessions.c.person == people.c.name)
        with self._database.reading() as connection:
            row = connection.execute(query.where(sessions.c.token_sha256 == token_sha256)).one_or_none()
        if row is None:
            return None
        return SessionRow(*(getattr(row, f"session_{name}") for name in SessionRow.__slots__)), _person(row)

    def is_somebody(self) -> bool:
        """Whether anybody was ever added."""
        with self._database.reading() as connection:
            return connection.execute(select(people.c.name).limit(1)).first() is not None

    def add(self, person: Person, password_hash: str | None = None) -> Person:
        """Raises :class:`NameTaken` and :class:`SubjectTaken`; ``has_password`` and ``created_at`` are the table's."""
        values = {name: getattr(person, name) for name in _CHANGEABLE} | {"skills": list(person.skills)}
        values |= {"name": person.name, "oidc_issuer": person.oidc_issuer, "oidc_subject": person.oidc_subject}
        values |= {"password_hash": password_hash, "created_at": datetime.now(UTC)}
        with self._database.writing() as connection:
            made = connection.execute(
                inserting(connection, people).values(values).on_conflict_do_nothing().returning(people)
            ).one_or_none()
            if made is None:
                taken = connection.execute(select(people.c.name).where(people.c.name == person.name)).first()
                raise NameTaken(person.name) if taken else SubjectTaken(person.oidc_subject)
            return _person(made)

    def change(self, name: str, **values: object) -> Person | None:
        """What may be changed: shown_name, role, skills, phone, language, max_chats, is_active. None for nobody.

        Whoever is made inactive is signed out everywhere in the same transaction. Raises :class:`LastAdmin`.
        """
        if unknown := values.keys() - _CHANGEABLE:
            raise ValueError(f"{', '.join(sorted(unknown))} cannot be changed here: see the docstring")
        if "skills" in values:
            values["skills"] = list(cast("Sequence[str]", values["skills"]))
        with self._database.writing() as connection:
            if values.get("role", "admin") != "admin" or values.get("is_active") is False:
                _check_another_admin(connection, name)
            if values and not connection.execute(update(people).where(_present(name)).values(**values)).rowcount:
                return None
            if values.get("is_active") is False:
                connection.execute(delete(sessions).where(sessions.c.person == name))
            return _found(connection, people.c.name == name)

    def remove(self, name: str) -> bool:
        """Takes the password, the telephone and all sessions away; whether there was such a person.
        :class:`LastAdmin`."""
        gone = {"removed_at": datetime.now(UTC), "is_active": False, "password_hash": None, "phone": ""}
        gone |= {"oidc_issuer": None, "oidc_subject": None}
        with self._database.writing() as connection:
            _check_another_admin(connection, name)
            connection.execute(delete(sessions).where(sessions.c.person == name))
            return connection.execute(update(people).where(_present(name)).values(**gone)).rowcount > 0

    def password_hash(self, name: str) -> str | None:
        with self._database.reading() as connection:
            return connection.scalar(select(people.c.password_hash).where(_present(name)))

    def set_password_hash(self, name: str, password_hash: str, instead_of: str | None = None) -> bool:
        """Whether there is such a person; with ``instead_of`` only while that is still the hash."""
        where = _present(name)
        if instead_of is not None:
            where &= people.c.password_hash == instead_of
        with self._database.writing() as connection:
            statement = update(people).where(where).values(password_hash=password_hash)
            return connection.execute(statement).rowcount > 0

    def link(self, name: str, issuer: str, subject: str) -> bool:
        """From now on the company's login knows this person; False where it knows them by another subject, or somebody
        else by this one."""
        with self._database.writing() as connection:
            if _found(connection, (people.c.oidc_issuer == issuer) & (people.c.oidc_subject == subject)):
                return False
            free = _present(name) & people.c.oidc_subject.is_(None)
            statement = update(people).where(free).values(oidc_issuer=issuer, oidc_subject=subject)
            return connection.execute(statement).rowcount > 0


def _present(name: str) -> ColumnElement[bool]:
    return (people.c.name == name) & people.c.removed_at.is_(None)


def _found(connection: Connection, which: ColumnElement[bool]) -> Person | None:
    row = connection.execute(select(people).where(which, people.c.removed_at.is_(None))).one_or_none()
    return None if row is None else _person(row)


def _check_another_admin(connection: Connection, name: str) -> None:
    """Rows are locked: of two admins who remove each other at the same time one stays."""
    admins = (people.c.role == "admin") & people.c.is_active & people.c.removed_at.is_(None)
    names = list(connection.scalars(select(people.c.name).where(admins).order_by(people.c.name).with_for_update()))
    if names == [name]:
        raise LastAdmin(name)


def _person(row: Row[Any]) -> Person:
    known = {name: getattr(row, name) for name in Person.__slots__ if name != "has_password"}
    return Person(**known | {"skills": tuple(row.skills), "has_password": row.password_hash is not None})
