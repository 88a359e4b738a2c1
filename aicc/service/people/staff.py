"""What administrators do: people added, changed, removed, and the audit trail read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from aicc.service.api.problem import Problem
from aicc.service.api.wire import MAX_SEQ
from aicc.service.people.passwords import TooManySignIns, new_password
from aicc.service.people.people import People, actor_of, client_of
from aicc.service.people.routes import check_password
from aicc.service.people.told import EntryTold, KnownPersonTold, PeopleTold, PersonMade, TrailTold
from aicc.service.people.wanted import PersonChange, PersonWanted
from voicebot.store.people import LastAdmin, NameTaken, Person, SubjectTaken

MOST_PEOPLE = 5_000
MOST_ENTRIES = 200  # of one page

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._@-]{0,63}$")]


def staff(people: People) -> APIRouter:
    """Below ``/api/desk``; who may ask is the gate's to say."""
    routes = APIRouter(prefix="/api/desk", tags=["people"])

    @routes.get("/people")
    async def everybody() -> PeopleTold:
        """By name, inactive ones too."""
        found = await run_in_threadpool(people.table.all)
        return PeopleTold(people=[KnownPersonTold.model_validate(person) for person in found])

    @routes.post("/people", status_code=201)
    async def add(asked: PersonWanted, request: Request) -> PersonMade:
        """A name that was somebody's once is never given again: calls of the past are known by it."""
        if len(await run_in_threadpool(people.table.all)) >= MOST_PEOPLE:
            raise Problem(409, f"there are {MOST_PEOPLE} people", "remove those who have left")
        made, password = None, asked.password
        if password:
            check_password(password, asked.name)
        elif not asked.with_oidc:
            made = password = new_password()
        wanted = Person(**asked.model_dump(exclude={"password", "with_oidc"}))
        try:
            hashed = await people.passwords.hash(password) if password else None
            person = await run_in_threadpool(people.table.add, wanted, hashed)
        except TooManySignIns:
            raise Problem(503, "too many sign in at once", "try again in a few seconds") from None
        except (NameTaken, SubjectTaken):
            raise Problem(409, f'"{asked.name}" is or was somebody', "choose another name") from None
        await tell(request, "person added", person.name, person.role)
        return PersonMade.model_validate({**KnownPersonTold.model_validate(person).model_dump(), "password": made})

    @routes.patch("/people/{name}")
    async def change(name: Name, asked: PersonChange, request: Request) -> KnownPersonTold:
        """Who is made inactive, or gets another password, is signed out everywhere, at once."""
        values = asked.model_dump(exclude_none=True, exclude={"password"})
        if asked.password:
            check_password(asked.password, name)
        try:
            person = await run_in_threadpool(lambda: people.table.change(name, **values))
        except LastAdmin:
            raise _last_admin(name) from None
        people.sessions.forget_known()
        if person is None or (asked.password and not await people.set_password(name, asked.password)):
            raise _nobody(name)
        said = [f"{key}={value}" for key, value in values.items() if key in ("role", "is_active")]
        said += sorted(values.keys() - {"role", "is_active"}) + (["password"] if asked.password else [])
        await tell(request, "person changed", name, ", ".join(said) or "nothing")
        found = await run_in_threadpool(people.table.find, name)
        return KnownPersonTold.model_validate(found or person)

    @routes.delete("/people/{name}", status_code=204)
    async def remove(name: Name, request: Request) -> Response:
        """Signs the person out everywhere, for good."""
        try:
            if not await run_in_threadpool(people.table.remove, name):
                raise _nobody(name)
        except LastAdmin:
            raise _last_admin(name) from None
        people.sessions.forget_known()
        await tell(request, "person removed", name, "done")
        return Response(status_code=204)

    @routes.get("/audit")
    async def trail(
        before: Annotated[int | None, Query(ge=1, le=MAX_SEQ**2)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = 100,
        person: Annotated[str | None, Query(max_length=64)] = None,
    ) -> TrailTold:
        """Who did what, and was refused what; newest first."""
        entries = await run_in_threadpool(people.table.audit.read, before, limit, person)
        told = [EntryTold.model_validate(entry) for entry in entries]
        return TrailTold(entries=told, next=told[-1].id if len(told) == limit else None)

    async def tell(request: Request, action: str, name: str, outcome: str) -> None:
        await people.trail.write(actor_of(request), client_of(request).address, action, name, outcome)

    return routes


def _nobody(name: str) -> Problem:
    return Problem(404, f'nobody is called "{name}"', "see get /api/desk/people")


def _last_admin(name: str) -> Problem:
    return Problem(409, f'"{name}" is the last admin', "make somebody else an admin first")
