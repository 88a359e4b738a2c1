"""The times and bounds by which the desk works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeskRules:
    """``ring_s`` is how long one agent is rung, ``wrapup_s`` how long they write behind a call unless done earlier.

    ``sticky_s``: for so long a call is kept for the agent who knows the caller, who comes free meanwhile. ``again_s``:
    who refused a call is not offered it for so long. ``lost_s``: an agent whose panel is gone for so long has left.
    ``break_s``: who is away for longer is not counted on by those who wait. ``longest_wait_s`` ends a wait.

    ``handling_s`` is how long a call is taken to keep an agent busy while none was measured. Callbacks go behind
    callers who wait until they are ``callback_late_s`` late; one that is not answered is tried again after
    ``callback_again_s``, ``callback_attempts`` times in all; ``dial_s`` is the longest that one may be dialled.
    """

    ring_s: float = 20.0
    wrapup_s: float = 60.0
    sticky_s: float = 15.0
    again_s: float = 30.0
    lost_s: float = 30.0
    break_s: float = 600.0
    announce_every_s: float = 30.0
    offer_callback_after_s: float = 60.0
    service_level_s: float = 20.0
    handling_s: float = 240.0
    longest_wait_s: float = 3_600.0
    most_waiting: int = 500
    callback_late_s: float = 300.0
    callback_again_s: float = 600.0
    callback_attempts: int = 3
    dial_s: float = 120.0
    most_callbacks: int = 1_000
