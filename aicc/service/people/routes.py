"""Signing in and out, and what people see and change of themselves."""

from __future__ import annotations

import logging
import re
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import AfterValidator, StringConstraints
from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.wire import Asked, Told, plain
from aicc.service.people.oidc.faults import SENTENCES, LoginFault
from aicc.service.people.passwords import PasswordUnfit, check_fit
from aicc.service.people.people import People, client_of, session_of
from aicc.service.people.sessions import Session
from aicc.service.people.told import MeTold, PersonTold, SessionsTold, SessionTold, SignedInTold, WaysTold
from aicc.service.people.wanted import Language, Typed
from voicebot.store import StoreUnavailable
from voicebot.store.people import Person

log = logging.getLogger(__name__)

PAGE = "/desk"
BACK = "/api/desk/login/oidc/back"
PASSING = "aicc_login"  # the cookie of whoever is at the company's login
PASSING_S = 600

Written = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
SessionId = Annotated[str, Path(pattern="^[0-9a-f]{12}$")]


class LoginAsked(Asked):
    name: Written
    password: Typed


class PasswordAsked(Asked):
    old: Typed
    new: Typed


class MeAsked(Asked):
    language: Language


class EndedTold(Told):
    ended: int


def desk_login(people: People) -> APIRouter:
    """Below ``/api/desk``; who may ask what is the gate's to say."""
    routes = APIRouter(prefix="/api/desk", tags=["people"])

    @routes.get("/login/ways")
    async def ways(request: Request) -> WaysTold:
        """How people may sign in here, beside a name and a password, and whether whoever asks has done so."""
        login = people.company_login
        faults = {str(code): dict(sentences) for code, sentences in SENTENCES.items()}
        is_in = await _is_signed_in(people, request)
        return WaysTold(oidc=login is not None, title=login.title if login else "", faults=faults, signed_in=is_in)

    @routes.post("/login")
    async def login(asked: LoginAsked, request: Request, response: Response) -> SignedInTold:
        """Sets the cookie of a new session; one that the browser had ends."""
        token, session = await people.sign_in(asked.name, asked.password, client_of(request))
        await _end_former(people, request)
        response.headers["set-cookie"] = people.site.set_token(request.scope, token)
        return SignedInTold(person=_told(session.person), csrf=session.csrf)

    @routes.post("/logout", status_code=204)
    async def logout(request: Request) -> Response:
        """Ends this session at once, its WebSockets within seconds."""
        await people.sign_out(session_of(request), client_of(request))
        return Response(status_code=204, headers={"set-cookie": people.site.unset_token(request.scope)})

    @routes.get("/me")
    async def me(request: Request) -> MeTold:
        return _me(session_of(request))

    @routes.patch("/me")
    async def change_me(asked: MeAsked, request: Request) -> MeTold:
        session = session_of(request)
        changed = await run_in_threadpool(people.table.change, session.person.name, language=asked.language)
        return _me(Session(session.row, changed or session.person))

    @routes.put("/me/password", status_code=204)
    async def change_password(asked: PasswordAsked, request: Request) -> Response:
        """Ends all other sessions of the person."""
        session = session_of(request)
        check_password(asked.new, session.person.name)
        await people.change_password(session, asked.old, asked.new, client_of(request))
        return Response(status_code=204)

    @routes.get("/sessions")
    async def sessions(request: Request) -> SessionsTold:
        """Where one is signed in, the one used last first."""
        session = session_of(request)
        rows = await run_in_threadpool(people.table.sessions.of, session.person.name)
        told = (_session_told(row, row.id == session.row.id) for row in rows)
        return SessionsTold(sessions=list(told))

    @routes.delete("/sessions")
    async def end_others(request: Request) -> EndedTold:
        """Signs out everywhere else."""
        session = session_of(request)
        ended = await people.sessions.end_all_of(session.person.name, session.row.id)
        await people.trail.write(session.person.name, client_of(request).address, "sessions", "", f"{ended} ended")
        return EndedTold(ended=ended)

    @routes.delete("/sessions/{session_id}", status_code=204)
    async def end_one(session_id: SessionId, request: Request) -> Response:
        session = session_of(request)
        if not await people.sessions.end_one_of(session.person.name, session_id):
            raise Problem(404, f'no session "{session_id}" of yours', "see get /api/desk/sessions")
        await people.trail.write(session.person.name, client_of(request).address, "session", session_id, "ended")
        return Response(status_code=204)

    @routes.get("/login/oidc", status_code=303, response_class=Response)
    async def go_to_company(request: Request, next: Annotated[str, Query(max_length=500)] = PAGE) -> Response:
        """Sends the browser to the company's login, which sends it back; ``next`` is a page below /desk."""
        if people.company_login is None:
            raise Problem(404, "no company login is set up here", "sign in with a name and a password")
        try:
            back = people.site.address(request.scope) + BACK
            address, browser = await people.company_login.begin(back, next if _is_page(next) else PAGE)
        except LoginFault as fault:
            return await _fault(people, request, fault)
        return _sent(address, people.site.set_passing(request.scope, PASSING, browser, PASSING_S))

    @routes.get("/login/oidc/back", status_code=303, response_class=Response)
    async def come_back(request: Request) -> Response:
        """Where the company's login sends the browser: to /desk, signed in, or with the code of what went wrong."""
        if people.company_login is None:
            raise Problem(404, "no company login is set up here", "sign in with a name and a password")
        try:
            browser = people.site.passing_of(request.scope, PASSING) or ""
            person, next = await people.company_login.finish(dict(request.query_params), browser)
        except LoginFault as fault:
            return await _fault(people, request, fault)
        token, _ = await people.let_in(person, client_of(request), "the company's login")
        await _end_former(people, request)
        gone = people.site.set_passing(request.scope, PASSING, "", 0)
        return _sent(next, people.site.set_token(request.scope, token), gone)

    return routes


def check_password(password: str, name: str) -> None:
    """Raises Problem."""
    try:
        check_fit(password, name)
    except PasswordUnfit as unfit:
        fact, _, cure = str(unfit).partition(": ")
        raise Problem(422, fact, cure) from None


async def _is_signed_in(people: People, request: Request) -> bool:
    """While the database is away a session may be one: who goes on with it is told."""
    token = people.site.token_of(request.scope)
    if token is None:
        return False
    try:
        await people.sessions.admit(token, client_of(request))
    except Problem:
        return False
    except StoreUnavailable:
        pass
    return True


async def _end_former(people: People, request: Request) -> None:
    """The session of the cookie that came along is left behind, whoever's it was."""
    if former := people.site.token_of(request.scope):
        await people.sessions.end_token(former)


async def _fault(people: People, request: Request, fault: LoginFault) -> Response:
    log.warning("the company's login let nobody in: %s", fault)
    await people.trail.write_once("", client_of(request).address, "login", "", f"refused: {fault}")
    return _sent(f"{PAGE}?{urlencode({'fault': fault.fault})}", people.site.set_passing(request.scope, PASSING, "", 0))


def _sent(address: str, *cookies: str) -> Response:
    response = Response(status_code=303, headers={"location": address})
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def _is_page(next: str) -> bool:
    """Of the desk, and nobody else's: no host, no way up, nothing that a browser reads as either."""
    return bool(re.fullmatch(r"/desk(/[A-Za-z0-9_/-]*)?(\?[A-Za-z0-9_=&%.-]*)?", next)) and "//" not in next


def _told(person: Person) -> PersonTold:
    return PersonTold.model_validate(person)


def _me(session: Session) -> MeTold:
    return MeTold.model_validate(_told(session.person).model_dump() | {"csrf": session.csrf})


def _session_told(row: Any, is_this: bool) -> SessionTold:
    known = {name: getattr(row, name) for name in SessionTold.model_fields if name != "is_this"}
    return SessionTold(**known, is_this=is_this)
