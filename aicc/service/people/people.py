"""Who comes in: signing in and out, passwords, and all that the routes and the guard need for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import datetime

from argon2 import PasswordHasher
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from aicc.people_settings import PeopleSettings
from aicc.service.api.problem import Problem
from aicc.service.people.login_limit import LoginLimit
from aicc.service.people.oidc.company_login import CompanyLogin
from aicc.service.people.passwords import Passwords, TooManySignIns
from aicc.service.people.sessions import Session, Sessions
from aicc.service.people.site import Client, Site
from aicc.service.people.trail import Trail, utc_now
from aicc.service.people.wanted import fit_name
from voicebot.store.people import PeopleTable, Person

A_KEY = "key"
TIDY_S = 3_600.0


class People:
    """Everything about people who sign in. ``close`` it with the service.

    ``sessions`` and ``trail`` are for whoever serves people: :meth:`Sessions.still_valid`, :meth:`Trail.write`.
    """

    def __init__(
        self,
        table: PeopleTable,
        settings: PeopleSettings | None = None,
        site: Site | None = None,
        hasher: PasswordHasher | None = None,
        now: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Makes one hash, which takes its time: not for the loop. Raises what an OIDC secret that is missing does."""
        settings = settings or PeopleSettings()
        self.table = table
        self.site = site or Site(settings.url)
        self.passwords = Passwords(hasher)
        self.trail = Trail(table.audit, settings.audit_keep_days, now, clock_s)
        self.sessions = Sessions(table, settings, self.trail, now)
        self.company_login = CompanyLogin(settings.oidc, table, clock_s) if settings.oidc else None
        self._limit = LoginLimit(clock_s)
        self._clock_s, self._tidied_s = clock_s, -math.inf

    async def close(self) -> None:
        self.passwords.close()
        if self.company_login:
            await self.company_login.close()

    async def sign_in(self, name: str, password: str, client: Client) -> tuple[str, Session]:
        """The token for the cookie, and the session. Raises Problem: 401, 429 after many failures, 503.

        Nobody learns from the answer or its time whether there is such a name.
        """
        person = await self._proven(fit_name(name) or name, password, client, "login")
        return await self.let_in(person, client, "password")

    async def let_in(self, person: Person, client: Client, how: str) -> tuple[str, Session]:
        """Opens a session for somebody who has proven who they are."""
        token, session = await self.sessions.open(person, client)
        await self.trail.write(person.name, client.address, "login", session.row.id, f"by {how}")
        if self._clock_s() - self._tidied_s > TIDY_S:
            self._tidied_s = self._clock_s()
            await self.trail.forget_old()
        return token, session

    async def sign_out(self, session: Session, client: Client) -> None:
        await self.sessions.end(session)
        await self.trail.write(session.person.name, client.address, "logout", session.row.id)

    async def change_password(self, session: Session, old: str, new: str, client: Client) -> None:
        """Ends all other sessions of the person. Raises Problem, and :class:`PasswordUnfit` for a bad new one."""
        person = await self._proven(session.person.name, old, client, "password")
        await self.set_password(person.name, new, session.row.id)
        await self.trail.write(person.name, client.address, "password", person.name, "changed")

    async def set_password(self, name: str, password: str, but_session: str = "") -> bool:
        """Ends the person's sessions, beside ``but_session``; whether there is such a person."""
        try:
            password_hash = await self.passwords.hash(password)
        except TooManySignIns:
            raise _busy() from None
        is_somebody = await run_in_threadpool(self.table.set_password_hash, name, password_hash)
        await self.sessions.end_all_of(name, but_session)
        return is_somebody

    async def _proven(self, name: str, password: str, client: Client, action: str) -> Person:
        if wait_s := self._limit.begin(name, client.address):
            await self.trail.write_once("", client.address, action, "", "refused: too many failures")
            cure = f"wait {math.ceil(wait_s / 60)} minutes, or ask an administrator for a new password"
            raise Problem(429, "too many failures to sign in", cure, {"retry-after": str(wait_s)})
        person = await run_in_threadpool(self.table.find, name)
        password_hash = await run_in_threadpool(self.table.password_hash, name)
        try:
            is_right = await self.passwords.is_right(password_hash, password)
            if not is_right or person is None or not person.is_active:
                # a name that is nobody's may be a password, typed into the wrong field: it is not written down
                known = name if person else ""
                await self.trail.write(known, client.address, action, known, "refused: wrong name or password")
                raise Problem(401, "the name or the password is wrong", "type both again, or ask an administrator")
            assert password_hash
            if self.passwords.is_outdated(password_hash):
                newer = await self.passwords.hash(password)
                await run_in_threadpool(self.table.set_password_hash, name, newer, password_hash)
        except TooManySignIns:
            raise _busy() from None
        self._limit.succeeded(name, client.address)
        return person


def session_of(connection: HTTPConnection) -> Session:
    """Of a request or a WebSocket that has come in by one. Raises Problem: a key of the API is nobody."""
    session: Session | None = getattr(connection.state, "session", None)
    if session is None:
        raise Problem(403, "a key of the api is no person", "sign in with a name and a password")
    return session


def person_of(connection: HTTPConnection) -> Person | None:
    """Who asks; None for a key of the API, which may do everything."""
    session: Session | None = getattr(connection.state, "session", None)
    return session.person if session else None


def client_of(connection: HTTPConnection) -> Client:
    """Where the request came from, as the guard has found out."""
    client: Client = connection.state.client
    return client


def actor_of(connection: HTTPConnection) -> str:
    """Who asks, for the audit trail."""
    person = person_of(connection)
    return person.name if person else A_KEY


def _busy() -> Problem:
    return Problem(503, "too many sign in at once", "try again in a few seconds", {"retry-after": "5"})
