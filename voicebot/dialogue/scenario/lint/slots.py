"""Slots: each is defined, asked for, and described so that its answers can be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.lint.uses import forgotten_by, given_by, listed, words_of
from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.slot_settings import Amount, Choice, Digits, OrderNumber, SlotSettings, Time
from voicebot.dialogue.scenario.step import Ask
from voicebot.dialogue.scenario.yaml_file import Source
from voicebot.dialogue.slots.slot import Problem as Misfit
from voicebot.dialogue.template import TemplateInvalid, names_in

_COMPLAINTS = (*get_args(Misfit), "rule", "unknown")


def slot_problems(loaded: LoadedScenario) -> Iterator[Problem]:
    given_anywhere: set[str] = set()
    for name, flow in loaded.flows.items():
        source = loaded.flow_sources[name]
        yield from _asked(flow, loaded, source)
        given = {slot for _, step in steps_of(flow) for slot in given_by(step)}
        given_anywhere |= given - set(flow.slots)
        yield from _given(flow.slots, given, source)
        yield from _settings(flow.slots, source)
    yield from _given(loaded.scenario.slots, given_anywhere, loaded.scenario_source)
    yield from _settings(loaded.scenario.slots, loaded.scenario_source)


def _asked(flow: Flow, loaded: LoadedScenario, source: Source) -> Iterator[Problem]:
    slots = {**loaded.scenario.slots, **flow.slots}
    given = {name for _, step in steps_of(flow) for name in given_by(step)}
    for where, step in steps_of(flow):
        if isinstance(step, Ask):
            if not listed(step.ask):
                yield source.problem((*where, "ask"), "asks for nothing", "name a slot")
            for name in listed(step.ask):
                if name not in slots:
                    cure = did_you_mean(name, slots) or 'describe it under "slots": type and ask'
                    yield source.problem((*where, "ask"), f'no slot is called "{name}"', cure)
        for name in forgotten_by(step) - set(slots) - given:
            cure = did_you_mean(name, {**slots, **dict.fromkeys(given)}) or "delete it"
            yield source.problem((*where, "forget"), f'there is no "{name}" to forget', cure)


def _given(slots: Mapping[str, SlotSettings], given: set[str], source: Source) -> Iterator[Problem]:
    for name, slot in slots.items():
        if name not in given and slot.from_call is None:
            what = f'nobody asks for the slot "{name}"'
            yield source.problem(("slots", name), what, f'write "- ask: {name}" where it is needed, or delete it')


def _settings(slots: Mapping[str, SlotSettings], source: Source) -> Iterator[Problem]:
    for name, slot in slots.items():
        where = ("slots", name)
        if slot.valid is not None and name not in _names(slot.valid, is_expression=True, default=name):
            what = f'the rule of "{name}" does not look at its value: {slot.valid}'
            yield source.problem((*where, "valid"), what, f'write an expression with "{name}" in it')
        if slot.confirm_ask is not None and name not in _names(slot.confirm_ask, is_expression=False, default=name):
            what = f'the question that confirms "{name}" does not say its value'
            yield source.problem((*where, "confirm_ask"), what, f'write "{{{name}}}" into it', "warning")
        if isinstance(slot.invalid, dict):
            for key in slot.invalid:
                if key not in _COMPLAINTS:
                    cure = did_you_mean(key, _COMPLAINTS) or f"there are {', '.join(_COMPLAINTS)}"
                    yield source.problem((*where, "invalid", key), f'no answer is wrong in the way of "{key}"', cure)
        match slot:
            case Choice():
                yield from _choice(name, slot, source)
            case Digits() | OrderNumber():
                for number, length in enumerate(slot.lengths):
                    if length <= 0:
                        what = f'"{name}" cannot have {length} digits'
                        yield source.problem((*where, "lengths", number), what, "write a length of 1 or more")
            case Amount(least=int(least), most=int(most)) if least > most:
                yield source.problem((*where, "least"), f'"{name}" is at least {least}, at most {most}', "swap them")
            case Time(opens=opens, closes=closes) if opens is not None and opens == closes:
                yield source.problem((*where, "opens"), f'"{name}" opens when it closes', "write two different times")


def _choice(name: str, slot: Choice, source: Source) -> Iterator[Problem]:
    """Each word may stand for one option only, however it is spaced."""
    taken: dict[str, str] = {}
    for option in slot.options:
        for word in words_of(option, slot):
            heard = "".join(word.split())
            where = ("slots", name, "options", option)
            if not heard:
                yield source.problem(where, f'"{option}" has an empty word', "delete it")
            elif taken.setdefault(heard, option) != option:
                what = f'"{word}" stands for "{taken[heard]}" and for "{option}"'
                yield source.problem(where, what, "leave it to one of them")


def _names(text: str, *, is_expression: bool, default: str) -> set[str]:
    """Of a text that cannot be read, which is told elsewhere, ``default``."""
    try:
        return names_in(text, is_expression=is_expression)
    except (TemplateInvalid, RecursionError):
        return {default}
