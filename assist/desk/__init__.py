"""How callers and the people who work for them are brought together: queues, states, offers, callbacks."""

from assist.desk.callbacks import Callback, CallbackStatus
from assist.desk.desk import Desk
from assist.desk.effects import (
    Announce,
    CallBack,
    CallbackChanged,
    ChatLost,
    Effect,
    NobodyThere,
    NobodyTook,
    Offer,
    OfferCallback,
    StateChanged,
    Withdraw,
)
from assist.desk.people import Chosen, Person, State
from assist.desk.rules import DeskRules
from assist.desk.snapshot import AgentNow, QueueNow, Snapshot, WaitingNow
from assist.desk.tickets import Ticket

__all__ = [
    "AgentNow",
    "Announce",
    "CallBack",
    "Callback",
    "CallbackChanged",
    "CallbackStatus",
    "ChatLost",
    "Chosen",
    "Desk",
    "DeskRules",
    "Effect",
    "NobodyThere",
    "NobodyTook",
    "Offer",
    "OfferCallback",
    "Person",
    "QueueNow",
    "Snapshot",
    "State",
    "StateChanged",
    "Ticket",
    "WaitingNow",
    "Withdraw",
]
