"""What a flow will say first: sentences that the voice may have ready before the flow is entered."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from voicebot.dialogue.heard import Heard
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario import step as steps
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.sentences import wordings
from voicebot.dialogue.template import TemplateInvalid, as_said, holds

MOST_TEXTS = 2
DEEPEST_LINK = 5


def first_words(mind: Mind, flow: Flow, heard: Heard, values: Mapping[str, Any], now: datetime) -> list[list[str]]:
    """The texts up to where the flow waits for the caller or a service, each with its variants, not filled in yet.

    ``heard`` is what the flow is entered with: what it tells is not asked. ``values`` are known before. Changes
    nothing, and may be wrong where flows are clever: what is made ready for nothing costs little.
    """
    said: list[list[str]] = []
    with contextlib.suppress(TemplateInvalid):  # the walk will say so
        _follow(mind, flow, flow.steps, {**values, **_told(mind, flow, heard, values, now)}, said, 0)
    return said[:MOST_TEXTS]


def _told(mind: Mind, flow: Flow, heard: Heard, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in (name for _, step in steps_of(flow) if isinstance(step, steps.Ask) for name in _names(step.ask)):
        if name in values or name in told:
            continue
        asked = mind.asked(flow, name)
        caller = Heard.of(values["발신번호"] if asked.settings.from_call == "caller_number" else "")
        found = None if asked.is_open else asked.slot.find(heard, now, asked=False)
        found = found or (asked.slot.find(caller, now, asked=True) if caller.spoken else None)
        if found and not found.problem:
            told[name] = as_said(found.value, found.written)
    return told


def _follow(
    mind: Mind,
    flow: Flow,
    flow_steps: Sequence[steps.Step],
    values: Mapping[str, Any],
    said: list[list[str]],
    depth: int,
) -> bool:
    """Whether the way goes on behind these steps."""
    for step in flow_steps:
        if not holds(step.when, values):
            continue
        goes_on = step.go is None
        match step:
            case steps.Say():
                said.append(wordings(step.say, values))
                goes_on &= not step.forget
            case steps.Ask():
                unknown = next((name for name in _names(step.ask) if name not in values), None)
                if unknown is not None:
                    said.append(_names(mind.asked(flow, unknown).settings.ask))
                    return False
            case steps.Branch():
                arm = next((arm for arm in step.branch if holds(arm.when, values)), None)
                goes_on &= arm is None or _follow(mind, flow, arm.steps, values, said, depth)
            case steps.Link():
                linked = mind.flows[step.link]
                goes_on &= depth < DEEPEST_LINK and _follow(mind, linked, linked.steps, values, said, depth + 1)
            case steps.Handoff():
                said.append(wordings(step.say, values) if step.say else [])
                return False
            case steps.HangUp():
                said.append(wordings(step.hang_up, values))
                return False
            case steps.Consent() | steps.Recording():
                pass
            case _:  # it takes time, or changes what is known
                return False
        if not goes_on or len(said) >= MOST_TEXTS:
            return False
    return True


def _names(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names
