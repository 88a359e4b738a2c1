"""Signing in with the company's own accounts: a browser goes to the provider, comes back, and is somebody here."""

from __future__ import annotations

import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from aicc.errors import AiccError
from aicc.people_settings import Oidc
from aicc.service.people.oidc.faults import LoginFault
from aicc.service.people.oidc.provider import Provider
from aicc.service.people.wanted import fit_name, fit_shown_name
from voicebot.store.people import LastAdmin, NameTaken, PeopleTable, Person, Role, SubjectTaken

WITHIN_S = 600  # from the way out to the way back
MOST_UNDER_WAY = 1_000  # the oldest is forgotten first, and has to begin again


class NoSecret(AiccError):
    """The variable of ``people.oidc.client_secret_from`` holds nothing."""


@dataclass(frozen=True, slots=True)
class _Begun:
    browser: str
    nonce: str
    verifier: str
    back: str
    next: str
    until_s: float


class CompanyLogin:
    """Sign-ins that are under way are in memory: whoever is at the provider while the service restarts begins again.

    Raises :class:`NoSecret`.
    """

    def __init__(
        self,
        settings: Oidc,
        table: PeopleTable,
        clock_s: Callable[[], float] = time.monotonic,
        provider: Provider | None = None,
    ) -> None:
        self.title = settings.title
        self._settings, self._table, self._clock_s = settings, table, clock_s
        self._provider = provider or Provider(settings.issuer, settings.client_id, _secret(settings), clock_s=clock_s)
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    async def close(self) -> None:
        await self._provider.close()

    async def begin(self, back: str, next: str) -> tuple[str, str]:
        """Where the browser goes, and what it keeps in a cookie until it is ``back``. Raises :class:`LoginFault`."""
        state, browser = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        address = await self._provider.login_address(back, state, nonce, verifier)
        self._begun[state] = _Begun(browser, nonce, verifier, back, next, self._clock_s() + WITHIN_S)
        if len(self._begun) > MOST_UNDER_WAY:
            self._begun.popitem(last=False)
        return address, browser

    async def finish(self, query: Mapping[str, str], browser: str) -> tuple[Person, str]:
        """Who came back with ``query``, and where they wanted to go. Raises :class:`LoginFault`.

        The browser has to be the one that began: nobody is signed in by a link that somebody else has prepared.
        """
        begun = self._begun.pop(query.get("state", ""), None)
        if begun is None or self._clock_s() > begun.until_s:
            raise LoginFault("stale", "the sign-in is not known, or too old")
        if not hmac.compare_digest(begun.browser.encode(), browser.encode("utf-8", "replace")):
            raise LoginFault("stale", "another browser began this sign-in")
        if "error" in query or not query.get("code"):
            raise LoginFault("refused", f"the provider answered {query.get('error', 'no code')}")
        iss = query.get("iss", "")
        claims = await self._provider.claims(query["code"], begun.back, begun.nonce, begun.verifier, iss)
        return await self._person_of(claims), begun.next

    async def _person_of(self, claims: Mapping[str, Any]) -> Person:
        """Whom ``claims`` mean. With ``roles`` in the settings, people come, change role and stay out as they say."""
        subject, issuer, role = claims["sub"], self._settings.issuer, self._role_of(claims)
        if self._settings.roles and role is None:
            raise LoginFault("no_role", f"none of the roles of {subject} is one of people.oidc.roles")
        person = await run_in_threadpool(self._table.find_by_subject, issuer, subject)
        if person is None:
            person = await run_in_threadpool(self._linked_or_new, claims, role)
        if role is not None and person.role != role:
            try:
                person = await run_in_threadpool(self._table.change, person.name, role=role)
            except LastAdmin:
                raise LoginFault("no_role", f"{subject} is the last admin here, and none at the provider") from None
        if person is None or not person.is_active:
            raise LoginFault("unknown", f"{subject} is nobody here, or not active")
        return person

    def _linked_or_new(self, claims: Mapping[str, Any], role: Role | None) -> Person:
        """Somebody who was added here without a password is waiting for the company's login; one with a password is
        not taken over, whatever name an account has been given there."""
        subject, issuer = claims["sub"], self._settings.issuer
        name = fit_name(str(claims.get(self._settings.name_claim, "")))
        if name is None:
            raise LoginFault("unknown", f"{self._settings.name_claim} of {subject} is no name that can be used here")
        waiting = self._table.find(name)
        if waiting is not None and not waiting.has_password and self._table.link(name, issuer, subject):
            return waiting
        if waiting is not None or role is None:
            raise LoginFault("unknown", f"{subject} is not {name} of this service")
        shown = fit_shown_name(str(claims.get("name", ""))) or name
        try:
            return self._table.add(Person(name, shown, role, oidc_issuer=issuer, oidc_subject=subject))
        except (NameTaken, SubjectTaken):
            raise LoginFault("unknown", f"{name} was somebody else") from None

    def _role_of(self, claims: Mapping[str, Any]) -> Role | None:
        said = claims.get(self._settings.roles_claim)
        values = said if isinstance(said, list) else [said]
        return next((role for value, role in self._settings.roles.items() if value in values), None)


def _secret(settings: Oidc) -> str:
    if settings.client_secret_from is None:
        return ""
    secret = os.environ.get(settings.client_secret_from, "").strip()
    if not secret:
        raise NoSecret(f"{settings.client_secret_from} holds no secret for {settings.issuer}: set it, or take oidc out")
    return secret
