"""What the front and a media process tell each other: commands down, each with its answer, and news up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voicebot.doors.door import DoorName
from voicebot.events import Logged

HungUpBy: TypeAlias = Literal["caller", "bot", "agent", "network", "service"]


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


@dataclass(frozen=True, slots=True)
class Reoffer:
    """The far side describes the session anew; without ``sdp`` it wants our offer. Answered as an offer is."""

    call_id: str
    sdp: str = ""


@dataclass(frozen=True, slots=True)
class Reanswer:
    """The far side's answer to what we offered for :class:`Reoffer`. Answered by :class:`Done` or :class:`Refused`."""

    call_id: str
    sdp: str


@dataclass(frozen=True, slots=True)
class Press:
    """Keys that came beside the sound (SIP INFO, a page's keypad). Answered by :class:`Done`."""

    call_id: str
    keys: str


@dataclass(frozen=True, slots=True)
class Type:
    """What a caller has typed instead of saying it. Answered by :class:`Done`."""

    call_id: str
    text: str


@dataclass(frozen=True, slots=True)
class SendKeys:
    """Keys are pressed towards the far side. Answered by :class:`Done`: whether its sound has a way for them."""

    call_id: str
    keys: str


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
class Gone:
    """A call is over, its slot is free, its journal is whole."""

    call_id: str


CallCommand: TypeAlias = Offer | Begin | Reoffer | Reanswer | Press | Type | SendKeys | Append | HangUp
Command: TypeAlias = CallCommand | Drain | Close | Ping
Reply: TypeAlias = Accepted | Refused | Done | Pong | Failed
Told: TypeAlias = Ready | Leaving | Events | Gone | Failed
Message: TypeAlias = Command | Reply | Told
