"""What the desk wants done: the front rings, says and dials it, and writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from assist.desk.callbacks import Callback
from assist.desk.people import State

How: TypeAlias = Literal["panel", "sip"]
"""Where it rings, in the words of the event ``agent_offered``."""

Refusal: TypeAlias = Literal["refused", "no_answer", "lost"]
NotTaken: TypeAlias = Literal["refused", "no_answer", "lost", "withdrawn"]
"""Why somebody who was offered a call does not take it, in the words of the event ``agent_refused``."""

Nobody: TypeAlias = Literal["signed_out", "full", "too_long"]
WhyNobodyTook: TypeAlias = Literal["busy", "away", "unknown", "refused", "no_answer", "lost"]


@dataclass(frozen=True, slots=True)
class Offer:
    """It rings at one agent, until ``until_s`` at most."""

    name: str
    call_id: str
    until_s: float
    how: How


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It rings no more there. ``withdrawn``: the caller has left, the bot has them again, or somebody else took it."""

    name: str
    call_id: str
    reason: NotTaken


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell a caller where they stand: ``position`` from 1, ``wait_s`` the wait that is to be expected."""

    call_id: str
    position: int
    wait_s: int
    is_first: bool


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Ask a caller, once, whether we shall call back; they keep their place while they are asked."""

    call_id: str
    wait_s: int


@dataclass(frozen=True, slots=True)
class NobodyThere:
    """The desk has nobody for this caller and has forgotten the ticket: the bot explains, and takes a message."""

    call_id: str
    reason: Nobody


@dataclass(frozen=True, slots=True)
class NobodyTook:
    """The one person whom a call was meant for does not take it, and the desk has forgotten the ticket.

    The caller stays with whom they came from, or is queued again.
    """

    call_id: str
    name: str
    reason: WhyNobodyTook


@dataclass(frozen=True, slots=True)
class ChatLost:
    """Whoever had this chat is gone for good, with their panel: it is queued again. A call has its legs to tell."""

    name: str
    call_id: str


@dataclass(frozen=True, slots=True)
class CallBack:
    """Dial ``number`` for ``name``, who takes no other call meanwhile."""

    callback_id: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class CallbackChanged:
    """Its status, time or attempts are others now: the store shall know."""

    callback: Callback


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The store shall know, and panels show it."""

    name: str
    state: State


Effect: TypeAlias = (
    Offer
    | Withdraw
    | Announce
    | OfferCallback
    | NobodyThere
    | NobodyTook
    | ChatLost
    | CallBack
    | CallbackChanged
    | StateChanged
)
