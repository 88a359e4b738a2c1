"""What the front and a media process tell each other: commands down, each with its answer, and news up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voicebot.doors.door import DoorName
from voicebot.events import Logged

HungUpBy: TypeAlias = Literal["caller", "bot", "agent", "network", "service"]
Part: TypeAlias = Literal["away", "talking", "aside", "listening", "whispering"]
"""Of a leg in its call: who is ``away`` neither hears nor is heard (ringing, on hold); who is ``aside`` consults with
the others who are; who listens hears everybody; who whispers is heard by those who talk, and not by the caller. While
nobody talks the caller hears music."""


# ---- down: commands


@dataclass(frozen=True, slots=True)
class Offer:
    """A call for this process. ``scenario`` is the key under which the process was given it.

    ``sdp`` is the session description that the far side offers; empty at a door with descriptions: this side shall
    offer. ``host`` is the address of ours that the far side reaches.
    """

    call_id: str
    door: DoorName
    caller: str
    callee: str
    direction: Literal["in", "out"]
    scenario: str
    variables: dict[str, str] = field(default_factory=dict)
    sdp: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """The far side has picked up, or knows that we have: the call starts. ``sdp`` is its answer where we offered.

    Answered by :class:`Done`, or :class:`Refused` where that answer cannot be.
    """

    call_id: str
    sdp: str = ""
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Reoffer:
    """The far side describes the session anew; without ``sdp`` it wants our offer. Answered as an offer is."""

    call_id: str
    sdp: str = ""
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Reanswer:
    """The far side's answer to what we offered for :class:`Reoffer`. Answered by :class:`Done` or :class:`Refused`."""

    call_id: str
    sdp: str
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """Keys that came beside the sound (SIP INFO, a page's keypad). Answered by :class:`Done`."""

    call_id: str
    keys: str


@dataclass(frozen=True, slots=True)
class Type:
    """What somebody has typed instead of saying it. Answered by :class:`Done`."""

    call_id: str
    text: str
    side: Literal["caller", "agent"] = "caller"


@dataclass(frozen=True, slots=True)
class SendKeys:
    """Keys are pressed towards the far side. Answered by :class:`Done`: whether its sound has a way for them."""

    call_id: str
    keys: str
    leg: str = ""


@dataclass(frozen=True, slots=True)
class AddLeg:
    """One more far side for a call that waits for a person or talks to one: an agent, a colleague, a supervisor.

    ``leg`` is a name for it that is new in this call; ``sdp`` and ``host`` are as in :class:`Offer`. It is ``away``
    until it is given another part. Answered as an offer is.
    """

    call_id: str
    leg: str
    door: DoorName
    sdp: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class SetPart:
    """Who hears whom from the next tick on. Answered by :class:`Done`: whether there is such a leg."""

    call_id: str
    leg: str
    part: Part


@dataclass(frozen=True, slots=True)
class RemoveLeg:
    """Hangs up a leg; the call goes on. Answered by :class:`Done`: whether there was such a leg."""

    call_id: str
    leg: str


@dataclass(frozen=True, slots=True)
class Say:
    """The caller who waits is told something, over the music. Answered by :class:`Done`: whether one waits."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class BackToBot:
    """The bot goes on with a caller who waits for a person, or has talked to one, with this flow of the scenario's.

    Legs are away from now on. Ends the flow in a handoff, the caller waits again. Answered by :class:`Done`: whether
    there is such a call and such a flow.
    """

    call_id: str
    flow: str


@dataclass(frozen=True, slots=True)
class Append:
    """What helpers and people have to say of a call, as its log has it: ``type`` and fields.

    What is there already is left out (:func:`voicebot.log.unsaid`). Answered by :class:`Done`: whether this side owns
    the log, and has written it.
    """

    call_id: str
    events: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    """Answered by :class:`Done`: whether there is such a call."""

    call_id: str
    by: HungUpBy
    reason: str


@dataclass(frozen=True, slots=True)
class Drain:
    """No further calls; the process ends behind the last one, or after ``seconds``. Answered at once."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Close:
    """Calls finish their sentence and are hung up, everything is sealed, the process ends. Answered at once."""


@dataclass(frozen=True, slots=True)
class Ping:
    pass


# ---- up: answers


@dataclass(frozen=True, slots=True)
class Accepted:
    """The call has a slot. Frames are exchanged where ``sdp`` says, which answers an offer or is one.

    At doors without descriptions they are exchanged at the path ``socket``, best at ``rate_hz``.
    """

    call_id: str
    socket: str = ""
    rate_hz: int = 8_000
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """``full``, ``draining``, or a sentence for a person; ``is_description``: that the far side's is why."""

    reason: str
    is_description: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    found: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """How a process is: ``frames`` and ``late_frames`` since it began, ``cores`` as a share of one, of late."""

    calls: int
    slots: int
    loop_lag_p95_ms: float
    frames: int
    late_frames: int
    cores: float
    open_files: int
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Pong:
    status: Status


@dataclass(frozen=True, slots=True)
class Failed:
    """As an answer: the command went wrong. Unasked: the process cannot start. ``what`` is a sentence for a person."""

    what: str


# ---- up: unasked


@dataclass(frozen=True, slots=True)
class Ready:
    """Models are open, calls are welcome."""

    pid: int
    slots: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """The process takes no further calls and ends behind its last one: it was told to by a signal."""


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, in order for each call."""

    batch: tuple[Logged, ...]


@dataclass(frozen=True, slots=True)
class LegUp:
    """A leg's far side hears and is heard, as far as its part has it so."""

    call_id: str
    leg: str


@dataclass(frozen=True, slots=True)
class LegLost:
    """A leg's far side has hung up or is gone; the leg is not there any more, the call goes on."""

    call_id: str
    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A call is over, its slot is free, its journal is whole."""

    call_id: str


LegCommand: TypeAlias = AddLeg | SetPart | RemoveLeg | Say | BackToBot
CallCommand: TypeAlias = Offer | Begin | Reoffer | Reanswer | Press | Type | SendKeys | Append | HangUp | LegCommand
Command: TypeAlias = CallCommand | Drain | Close | Ping
Reply: TypeAlias = Accepted | Refused | Done | Pong | Failed
Told: TypeAlias = Ready | Leaving | Events | LegUp | LegLost | Gone | Failed
Message: TypeAlias = Command | Reply | Told
