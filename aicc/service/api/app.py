"""The API put together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Security
from fastapi.responses import Response
from fastapi.security import HTTPBearer

from aicc.service.api.access import access
from aicc.service.api.assist import ParsesAddresses, assist
from aicc.service.api.calls import calls
from aicc.service.api.docs import docs
from aicc.service.api.events import events
from aicc.service.api.guard import Guard
from aicc.service.api.keys import KeyRing
from aicc.service.api.live import Patience, Readers
from aicc.service.api.notes import Appends
from aicc.service.api.past import Past
from aicc.service.api.probes import probes
from aicc.service.api.problem import Problem, ProblemTold, tell_problems
from aicc.service.api.recordings import recordings
from aicc.service.api.service import Service
from aicc.service.api.voiceprints import voiceprints
from aicc.service.metrics import Metrics
from aicc.service.people import Gate, People, Sees
from aicc.service.people.routes import desk_login
from aicc.service.people.staff import staff
from aicc.service.web.routes import Pages, web
from voicebot.store import StoreUnavailable

log = logging.getLogger(__name__)

DESCRIPTION = """Calls of a voicebot: what was said in them, while and after it is said.

Every path below `/api` wants the header `Authorization: Bearer KEY`, or the cookie of somebody who has signed in (`POST
/api/desk/login`) and whose role may do it; with the cookie, whatever changes something wants the header `X-CSRF-Token`
of `GET /api/desk/me`. Whatever cannot be done is answered with
`{"error": "the fact", "cure": "the way out"}`.

Two WebSockets send events as they happen, one JSON text each. `/api/calls/{call_id}/live?start=0` replays a call,
follows it and closes with 1000 behind `call_ended`. `/api/live` has all calls from now on, with `?replay=true` the
running ones from their beginning. Both know `types`. A browser, which cannot set headers, sends `{"key": "KEY"}` as its
first message; the page of somebody who has signed in sends nothing. Who reads too slowly is closed with 1013, and can
replay; who has signed out with 4401.
"""


def open_api(
    service: Service,
    metrics: Metrics,
    keys: KeyRing,
    patience: Patience | None = None,
    pages: Pages | None = None,
    appends: Appends | None = None,
    addresses: ParsesAddresses | None = None,
    people: People | None = None,
    sees: Sees | None = None,
    rooms: Sequence[APIRouter] = (),
) -> FastAPI:
    """The service's HTTP face, for :func:`aicc.service.api.server.server` to serve.

    With ``pages``, callers' pages; with ``appends``, what helps people with calls, ``addresses`` among it. With
    ``people`` they sign in, and may do what :mod:`aicc.service.people.rights` says; ``sees`` says which calls are an
    agent's own. ``rooms`` are further routes under the same protection.
    """
    told = {"model": ProblemTold}
    app = FastAPI(
        title="aicc",
        version="1",
        description=DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,  # they would load their scripts from the internet
        redoc_url=None,
        redirect_slashes=False,
    )
    tell_problems(app)
    app.add_exception_handler(StoreUnavailable, _store_away)
    past = Past(service.store, service.folder)
    with_key = [Security(HTTPBearer(auto_error=False, description="A key of the API"))]
    failures: dict[int | str, dict[str, Any]] = dict.fromkeys((401, 403, 404, 409, 413, 422, 429, 503), told)
    protected = [calls(service), events(service, past), recordings(service, past), access(service.store, keys)]
    if appends:
        protected += [assist(service, past, appends, addresses), voiceprints(service.store.voiceprints)]
    if people:
        protected += [desk_login(people), staff(people)]
    for routes in [*protected, *rooms]:
        app.include_router(routes, dependencies=with_key, responses=failures)
    still_valid = people.sessions.still_valid if people else None
    app.include_router(Readers(service, past, keys, metrics, patience or Patience(), still_valid).routes())
    app.include_router(probes(service, metrics), responses={403: told})
    app.include_router(docs())
    if pages:
        app.include_router(web(pages))
    app.add_middleware(Guard, keys=keys, gate=Gate(people, sees) if people else None)
    return app


async def _store_away(request: Request, away: Exception) -> Response:
    log.warning("%s", away)
    return Problem(503, "the database cannot be asked now", "try again in a few seconds; the log says why").answer()
