"""Sessions: who is signed in, for how long, and from which browser."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool

from aicc.people_settings import PeopleSettings
from aicc.service.api.problem import Problem
from aicc.service.people.site import Client
from aicc.service.people.trail import Trail, utc_now
from voicebot.store import StoreUnavailable
from voicebot.store.people import PeopleTable, Person
from voicebot.store.sessions import SessionRow

log = logging.getLogger(__name__)

SEEN_EVERY = timedelta(minutes=1)  # how often the database hears that somebody is still there
MOST_KNOWN = 2_000  # for the time that the database is away; the one longest unused is forgotten first
LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; ``person`` is as the database had them at this request."""

    row: SessionRow
    person: Person

    @property
    def csrf(self) -> str:
        return self.row.csrf


class Sessions:
    """Every request asks the database, so that who signs out, is made inactive or removed is out at once.

    While the database is away, sessions of whom it has spoken before go on: the desk does not stop with it.
    """

    def __init__(
        self, table: PeopleTable, settings: PeopleSettings, trail: Trail, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._table, self._trail, self._now = table, trail, now
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._longest = timedelta(hours=settings.longest_hours)
        self._known: OrderedDict[str, Session] = OrderedDict()

    async def open(self, person: Person, client: Client) -> tuple[str, Session]:
        """A new one, and its token: always a fresh one, whatever cookie the browser came with."""
        token, now = secrets.token_urlsafe(32), self._now()
        row = SessionRow(
            token_sha256=_digest(token),
            id=secrets.token_hex(6),
            csrf=secrets.token_urlsafe(32),
            person=person.name,
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._longest,
            address=client.address,
            agent=client.agent,
        )
        await run_in_threadpool(self._table.sessions.forget_old, now - self._idle, now)
        await run_in_threadpool(self._table.sessions.add, row)
        return token, Session(row, person)

    async def admit(self, token: str, client: Client) -> Session:
        """Whose token it is. Raises Problem: 401 for none, an old one or a stolen one, 503 where nobody can tell.

        A session belongs to the browser that opened it: from another one (user-agent) it ends, which the audit trail
        tells. Another address is taken, since networks change while people work, and told too.
        """
        digest = _digest(token)
        session = await self._find(digest)
        if session is None or not self._is_valid(session):
            await self._forget(digest, is_kept=session is not None)
            raise not_signed_in()
        row, name = session.row, session.person.name
        if row.agent != client.agent:
            await self._forget(digest, is_kept=True)
            await self._trail.write(name, client.address, "session", row.id, "ended: it came from another browser")
            raise not_signed_in()
        has_moved = row.address != client.address
        if has_moved:
            await self._trail.write_once(name, client.address, "session", row.id, f"moved from {row.address}")
        if has_moved or self._now() - row.last_seen_at >= SEEN_EVERY:
            session = await self._seen(session, client.address)
        return session

    async def still_valid(self, session: Session, is_busy: bool = False) -> bool:
        """Whether whoever opened a WebSocket with ``session`` is still signed in, with the same role: to be asked every
        few seconds. With ``is_busy`` it counts as use: who talks or waits for calls is not signed out for idling.

        While the database is away the answer is yes, for as long as the session may last.
        """
        digest = session.row.token_sha256
        found = await self._find(digest, or_else=session)
        if found is None or not self._is_valid(found) or found.person.role != session.person.role:
            return False
        if is_busy and self._now() - found.row.last_seen_at >= SEEN_EVERY:
            await self._seen(found, found.row.address)
        return True

    async def end(self, session: Session) -> None:
        await self._forget(session.row.token_sha256, is_kept=True)

    async def end_token(self, token: str) -> None:
        """Of a cookie, whoever's it is, if it is anybody's."""
        await self._forget(_digest(token), is_kept=True)

    async def end_one_of(self, person: str, session_id: str) -> bool:
        self._known.clear()
        return await run_in_threadpool(self._table.sessions.end_one_of, person, session_id)

    async def end_all_of(self, person: str, but_id: str = "") -> int:
        self._known.clear()
        return await run_in_threadpool(self._table.sessions.end_all_of, person, but_id)

    def forget_known(self) -> None:
        """Somebody was changed here: what was known of sessions is asked again."""
        self._known.clear()

    async def _find(self, digest: str, or_else: Session | None = None) -> Session | None:
        try:
            found = await run_in_threadpool(self._table.signed_in, digest)
        except StoreUnavailable as away:
            known = self._known.get(digest, or_else)
            if known is None:
                raise Problem(503, "the database of the people is away", "try again in a few seconds") from None
            log.warning("sessions cannot be checked: %s", away)
            return known
        if found is None:
            return None
        session = Session(*found)
        self._remember(session)
        return session

    async def _seen(self, session: Session, address: str) -> Session:
        row = replace(session.row, last_seen_at=self._now(), address=address)
        session = Session(row, session.person)
        self._remember(session)
        try:
            await run_in_threadpool(self._table.sessions.seen, row.token_sha256, row.last_seen_at, address)
        except StoreUnavailable as away:
            log.warning("%s", away)
        return session

    async def _forget(self, digest: str, is_kept: bool) -> None:
        self._known.pop(digest, None)
        if is_kept:
            await run_in_threadpool(self._table.sessions.end, digest)

    def _is_valid(self, session: Session) -> bool:
        row, now = session.row, self._now()
        return session.person.is_active and now < row.expires_at and now - row.last_seen_at < self._idle

    def _remember(self, session: Session) -> None:
        self._known[session.row.token_sha256] = session
        self._known.move_to_end(session.row.token_sha256)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)


def not_signed_in() -> Problem:
    challenge = {"www-authenticate": 'Bearer realm="aicc"'}
    return Problem(401, "not signed in", "sign in at /desk, or send the header authorization: Bearer KEY", challenge)


def _digest(token: str) -> str:
    return hashlib.sha256(token[:LONGEST_TOKEN].encode("utf-8", "surrogatepass")).hexdigest()
