"""Texts and conditions by themselves: each can be read, and is short enough for the ear."""

from __future__ import annotations

from collections.abc import Iterator

from voicebot.dialogue.scenario.lint.uses import Use, lines, uses_of, uses_of_slots
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.yaml_file import Source
from voicebot.dialogue.template import TemplateInvalid

LONGEST_SAID = 300  # characters: about a minute of speech, more than an ear holds


def text_problems(loaded: LoadedScenario) -> Iterator[Problem]:
    for name, flow in loaded.flows.items():
        for use in uses_of(flow):
            yield from _readable(use, loaded.flow_sources[name])
    for use in uses_of_slots(loaded.scenario.slots):
        yield from _readable(use, loaded.scenario_source)
    for key, sentence in loaded.scenario.sentences.items():
        for use in lines(("sentences", key), sentence):
            yield from _readable(use, loaded.scenario_source)


def _readable(use: Use, source: Source) -> Iterator[Problem]:
    if use.kind == "said" and len(use.text) > LONGEST_SAID:
        what = f"a text of {len(use.text)} characters is too long for the ear"
        yield source.problem(use.where, what, f"cut it below {LONGEST_SAID}, or say it in several steps", "warning")
    if use.computes:
        yield source.problem(use.where, "a text computes nothing", 'use "when" and variants in place of {% and {#')
        return
    try:
        use.names()
    except TemplateInvalid as invalid:
        subject = "condition" if use.kind == "expression" else "text"
        what = f"this {subject} cannot be read: {str(invalid).rstrip('.')}"
        yield source.problem(use.where, what, _cure(use))


def _cure(use: Use) -> str:
    if use.text.count('"') % 2:
        return "close the quotation mark"
    if use.kind == "expression":
        return 'write it like 상태 == "배송중" and 금액 > 30000'
    if use.text.count("{") != use.text.count("}"):
        return "close each { with }"
    return "write names in braces like {상품}, or {금액|원}"
