"""Who may do what: one line for each path, and nothing that has no line.

``agent*`` is an agent with calls that they are or were on, and with no other. What stands behind the second bar is
written to the audit trail whenever it is done: whose voice was listened to, what was changed by whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aicc.service.api.wire import UUID

OPEN = frozenset(
    {
        ("POST", "/api/desk/login"),
        ("GET", "/api/desk/login/ways"),
        ("GET", "/api/desk/login/oidc"),
        ("GET", "/api/desk/login/oidc/back"),
    }
)
"""What strangers may ask for."""

RIGHTS = """
GET    /api/calls                                 | supervisor reviewer admin
POST   /api/calls                                 | supervisor admin                   | call placed
GET    /api/calls/{call}                          | agent* supervisor reviewer admin
GET    /api/calls/{call}/events                   | agent* supervisor reviewer admin   | events read
WS     /api/calls/{call}/live                     | agent* supervisor reviewer admin   | events read
WS     /api/live                                  | supervisor reviewer admin          | all calls followed
GET    /api/calls/{call}/recording                | agent* supervisor reviewer admin   | recording
POST   /api/calls/{call}/keys                     | supervisor admin                   | keys
POST   /api/calls/{call}/transfer                 | supervisor admin                   | transfer
POST   /api/calls/{call}/hang_up                  | supervisor admin                   | hang up
GET    /api/calls/{call}/assist                   | agent* supervisor reviewer admin
GET    /api/calls/{call}/suggestions              | agent* supervisor reviewer admin
POST   /api/calls/{call}/suggestions/{seq}        | agent* supervisor admin
GET    /api/calls/{call}/wrapup                   | agent* supervisor reviewer admin
PUT    /api/calls/{call}/wrapup                   | agent* supervisor admin            | note
GET    /api/calls/{call}/wrapup/versions          | agent* supervisor reviewer admin
POST   /api/addresses                             | agent supervisor designer admin
GET    /api/customers/{customer}/voiceprint       | supervisor admin                   | voiceprint read
PUT    /api/customers/{customer}/voiceprint/consent | supervisor admin                 | voiceprint consent
DELETE /api/customers/{customer}/voiceprint       | supervisor admin                   | voiceprint deleted
GET    /api/deliveries                            | supervisor admin
POST   /api/deliveries/{delivery}/retry           | supervisor admin                   | delivery
GET    /api/keys                                  | admin
POST   /api/keys                                  | admin                              | key made
DELETE /api/keys/{key}                            | admin                              | key revoked

POST   /api/desk/logout                           | agent supervisor designer reviewer admin
GET    /api/desk/me                               | agent supervisor designer reviewer admin
PATCH  /api/desk/me                               | agent supervisor designer reviewer admin
PUT    /api/desk/me/password                      | agent supervisor designer reviewer admin
GET    /api/desk/sessions                         | agent supervisor designer reviewer admin
DELETE /api/desk/sessions                         | agent supervisor designer reviewer admin
DELETE /api/desk/sessions/{session}               | agent supervisor designer reviewer admin
GET    /api/desk/people                           | admin
POST   /api/desk/people                           | admin
PATCH  /api/desk/people/{person}                  | admin
DELETE /api/desk/people/{person}                  | admin
GET    /api/desk/audit                            | admin                              | audit read

GET    /api/desk/config                           | agent supervisor designer reviewer admin
GET    /api/desk/agents                           | agent supervisor reviewer admin
PUT    /api/desk/state                            | agent supervisor admin
GET    /api/desk/queues                           | agent supervisor admin
GET    /api/desk/callbacks                        | agent supervisor admin
DELETE /api/desk/callbacks/{callback}             | agent supervisor admin             | callback cancelled
GET    /api/desk/messages                         | agent supervisor admin
POST   /api/desk/messages/{message}/read          | agent supervisor admin
WS     /api/desk/live                             | agent supervisor reviewer admin
POST   /api/desk/calls/{call}/leg                 | agent* supervisor admin
POST   /api/desk/calls/{call}/accept              | agent* supervisor admin            | accept
POST   /api/desk/calls/{call}/refuse              | agent* supervisor admin
POST   /api/desk/calls/{call}/take                | supervisor admin                   | take
POST   /api/desk/calls/{call}/hold                | agent* supervisor admin
POST   /api/desk/calls/{call}/resume              | agent* supervisor admin
POST   /api/desk/calls/{call}/hang_up             | agent* supervisor admin            | hang up
POST   /api/desk/calls/{call}/keys                | agent* supervisor admin
POST   /api/desk/calls/{call}/consult             | agent* supervisor admin
POST   /api/desk/calls/{call}/conference          | agent* supervisor admin
POST   /api/desk/calls/{call}/transfer            | agent* supervisor admin            | transfer
POST   /api/desk/calls/{call}/end_consult         | agent* supervisor admin
POST   /api/desk/calls/{call}/listen              | supervisor admin                   | listen
POST   /api/desk/calls/{call}/show                | agent* supervisor admin
POST   /api/desk/calls/{call}/message             | agent* supervisor admin
POST   /api/desk/calls/{call}/done                | agent* supervisor admin
GET    /api/desk/calls/{call}/history             | agent* supervisor reviewer admin
GET    /api/desk/recorded                         | supervisor reviewer admin          | recorded calls searched
GET    /api/desk/recorded/{call}/peaks            | agent* supervisor reviewer admin
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """``own`` are roles that may do it with their own calls alone; ``action`` is what the trail is told, if any."""

    method: str
    path: re.Pattern[str]
    roles: frozenset[str]
    own: frozenset[str]
    action: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say of a request; ``call_id`` is empty where the path names none that can be a call."""

    rule: Rule
    call_id: str


def ruling(method: str, path: str) -> Ruling | None:
    """None: no session may do it. HEAD is as GET, a WebSocket's method is "WS"."""
    wanted = "GET" if method == "HEAD" else method
    for rule in RULES:
        if rule.method == wanted and (match := rule.path.fullmatch(path)):
            call_id = match.groupdict().get("call", "")
            return Ruling(rule, call_id if re.fullmatch(UUID, call_id) else "")
    return None


def _rules(table: str) -> Iterator[Rule]:
    for line in filter(None, table.splitlines()):
        what, who, *action = (part.strip() for part in line.split("|"))
        method, path = what.split()
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace(".", r"\."))
        roles = frozenset(who.split())
        own = frozenset(role.rstrip("*") for role in roles if role.endswith("*"))
        all_calls = frozenset(role for role in roles if not role.endswith("*"))
        yield Rule(method, re.compile(pattern), all_calls, own, action[0] if action else "")


RULES = tuple(_rules(RIGHTS))
