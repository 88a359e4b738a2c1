"""People who sign in: passwords, sessions, rights, the audit trail, and the company's own login."""

from aicc.service.people.first import first_person
from aicc.service.people.gate import Gate, Sees
from aicc.service.people.people import People, actor_of, client_of, person_of, session_of
from aicc.service.people.sessions import Session
from aicc.service.people.site import Client, Site, desk_policy

__all__ = [
    "Client",
    "Gate",
    "People",
    "Sees",
    "Session",
    "Site",
    "actor_of",
    "client_of",
    "desk_policy",
    "first_person",
    "person_of",
    "session_of",
]
