"""``aicc people add | list | password | remove``."""

from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from voicebot.store.people import PeopleTable

people = typer.Typer(help="People who sign in at the desk.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What they sign in with: small letters, digits, . _ @ -")]
PasswordFrom = Annotated[
    str | None,
    typer.Option(metavar="VARIABLE", help="The variable that holds the password; else one is made and shown once."),
]


@people.command()
@answers
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="agent, supervisor, designer, reviewer or admin.")] = "agent",
    shown_name: Annotated[str | None, typer.Option(help="What others read, such as 김상담; else NAME.")] = None,
    skills: Annotated[str, typer.Option(help="Whose calls they take, with commas between: 일반,배송")] = "",
    phone: Annotated[str, typer.Option(help="Their telephone, sip:NAME@HOST or a number; else the browser.")] = "",
    with_oidc: Annotated[bool, typer.Option(help="No password: the company's login knows them by NAME.")] = False,
    password_from: PasswordFrom = None,
) -> Answer:
    """Let somebody sign in."""
    from pydantic import ValidationError

    from aicc.errors import AiccError
    from aicc.service.people.passwords import Passwords
    from aicc.service.people.wanted import PersonWanted
    from voicebot.store.people import NameTaken, Person

    asked = {"name": name, "role": role, "shown_name": shown_name or name, "skills": skills, "phone": phone}
    try:
        wanted = PersonWanted.model_validate(asked)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        raise AiccError(f"{first['loc'][0]} does not fit: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
    password, is_made = ("", False) if with_oidc else _password(wanted.name, password_from)
    table = _table(context)
    hashed = Passwords().hash_now(password) if password else None
    try:
        person = table.add(Person(**wanted.model_dump(exclude={"password", "with_oidc"})), hashed)
    except NameTaken:
        raise AiccError(f'"{wanted.name}" is or was somebody: choose another name') from None
    _tell(table, "person added", person.name, person.role)
    data = {"name": person.name, "role": person.role} | ({"password": password} if is_made else {})
    return Answer(data, f"{person.name} ({person.role}) may sign in" + _shown(password, is_made))


@people.command("list")
@answers
def list_people(context: typer.Context) -> Answer:
    """Who may sign in."""
    rows = _table(context).all()
    data = [
        {
            "name": row.name,
            "shown_name": row.shown_name,
            "role": row.role,
            "skills": list(row.skills),
            "phone": row.phone,
            "is_active": row.is_active,
            "signs_in_by": "password" if row.has_password else "oidc",
        }
        for row in rows
    ]
    shown = [
        f"{row.name}  {row.shown_name}  {row.role}{'' if row.is_active else ' (inactive)'}  "
        f"{', '.join(row.skills) or '-'}  {row.phone or 'browser'}"
        for row in rows
    ]
    return Answer({"people": data}, "\n".join(shown) or "nobody")


@people.command()
@answers
def password(context: typer.Context, name: Name, password_from: PasswordFrom = None) -> Answer:
    """Give somebody a new password, and sign them out everywhere."""
    from aicc.service.people.passwords import Passwords

    table = _table(context)
    new, is_made = _password(name, password_from)
    if not table.set_password_hash(name, Passwords().hash_now(new)):
        raise _nobody(name)
    table.sessions.end_all_of(name)
    _tell(table, "person changed", name, "password")
    return Answer({"name": name} | ({"password": new} if is_made else {}), f"{name} is changed" + _shown(new, is_made))


@people.command()
@answers
def remove(context: typer.Context, name: Name) -> Answer:
    """Sign somebody out everywhere, for good; nobody gets the name again."""
    from aicc.errors import AiccError
    from voicebot.store.people import LastAdmin

    table = _table(context)
    try:
        if not table.remove(name):
            raise _nobody(name)
    except LastAdmin:
        raise AiccError(f'"{name}" is the last admin: make somebody else one first') from None
    _tell(table, "person removed", name, "done")
    return Answer({"name": name}, f"{name} is removed")


def _table(context: typer.Context) -> "PeopleTable":
    from aicc.settings import settings_of
    from voicebot.store import Store

    settings = settings_of(context)
    store = Store.open(settings.store or f"sqlite:///{settings.data / 'aicc.db'}")
    context.call_on_close(store.close)
    return store.people


def _password(name: str, variable: str | None) -> tuple[str, bool]:
    """And whether it was made here. Of the environment: arguments are seen by everybody on the machine."""
    import os

    from aicc.errors import AiccError
    from aicc.service.people.passwords import check_fit, new_password

    if variable is None:
        return new_password(), True
    if not (chosen := os.environ.get(variable, "")):
        raise AiccError(f"{variable} holds no password: set it, or leave --password-from out and one is made")
    check_fit(chosen, name)
    return chosen, False


def _shown(password: str, is_made: bool) -> str:
    return f"; the password is {password} (it is not shown again)" if is_made else ""


def _nobody(name: str) -> Exception:
    from aicc.errors import AiccError

    return AiccError(f'nobody is called "{name}": see "aicc people list"')


def _tell(table: "PeopleTable", action: str, name: str, outcome: str) -> None:
    from datetime import UTC, datetime

    from voicebot.store.audit import AuditEntry

    table.audit.add(AuditEntry(datetime.now(UTC), "command", "", action, name, outcome))
