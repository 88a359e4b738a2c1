"""What has to be told in a call and what must not be said, and what of it has been."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from assist.suggest.rules import ForbiddenPhrase, RequiredPhrase, SuggestRules, is_expression
from assist.suggest.wording_match import claims, is_informal, tells

REMEMBERED = 2  # utterances of one side: a recognizer cuts a notice in two


class Phrases:
    """Of one call. A required phrase is due from when its rule applies, missing once an agent has spoken without it."""

    def __init__(self, rules: SuggestRules) -> None:
        self._rules = rules
        self._state: dict[str, str] = {}  # by the rule's name: required, missing or said
        self._broken: tuple[ForbiddenPhrase, ...] = ()
        self._last: dict[str, list[str]] = {}
        self._due(rule for rule in rules.required if not (rule.when.flows or rule.when.words or rule.when.slots))

    def caller_said(self, text: str) -> None:
        self._due(rule for rule in self._rules.required if any(_fits(text, word) for word in rule.when.words))

    def flow_entered(self, flow: str) -> None:
        self._due(rule for rule in self._rules.required if flow in rule.when.flows)

    def about_to_ask(self, slots: Collection[str]) -> None:
        """``slots`` are names and types of what the flow still has to ask."""
        self._due(rule for rule in self._rules.required if not {*rule.when.slots}.isdisjoint(slots))

    def bot_said(self, text: str) -> None:
        self._told("bot", text)

    def agent_said(self, text: str) -> None:
        self._told("agent", text)
        for name, state in self._state.items():
            if state == "required":
                self._state[name] = "missing"
        self._broken = tuple(rule for rule in self._rules.forbidden if _is_broken(rule, text))

    def shown(self) -> tuple[dict[str, Any], ...]:
        """As ``suggested`` has them: what was said wrongly just now, then what is still to be told, then what was."""
        wrong = [{"rule": rule.name, "kind": "forbidden", "text": rule.say} for rule in self._broken]
        told = [
            {"rule": rule.name, "kind": self._state[rule.name], "text": rule.say}
            for rule in self._rules.required
            if rule.name in self._state
        ]
        return (*wrong, *sorted(told, key=lambda one: _ORDER.index(one["kind"])))

    def _due(self, rules: Iterable[RequiredPhrase]) -> None:
        for rule in rules:
            if rule.name in self._state:
                continue
            was_said = any(_is_told(rule, " ".join(texts)) for texts in self._last.values())
            self._state[rule.name] = "said" if was_said else "required"

    def _told(self, who: str, text: str) -> None:
        said = self._last[who] = [*self._last.get(who, ()), text][-REMEMBERED:]
        whole = " ".join(said)
        for rule in self._rules.required:
            # also of what is not due yet: a notice at the beginning of the call is a notice
            if self._state.get(rule.name) != "said" and _is_told(rule, whole):
                self._state[rule.name] = "said"


_ORDER = ("missing", "required", "said")


def _is_told(rule: RequiredPhrase, said: str) -> bool:
    return any(_fits(said, example) for example in (rule.say, *rule.fits))


def _fits(said: str, example: str) -> bool:
    if is_expression(example):
        return re.search(example[1:-1], said) is not None
    return tells(said, example)


def _is_broken(rule: ForbiddenPhrase, said: str) -> bool:
    if rule.informal and is_informal(said):
        return True
    return any(
        re.search(example[1:-1], said) is not None if is_expression(example) else claims(said, example)
        for example in rule.fits
    )
