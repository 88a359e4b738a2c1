"""What flows and ``scenario.yaml`` say about the world outside: services, messages, files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from voicebot.dialogue.scenario.misspelled import did_you_mean
from voicebot.dialogue.scenario.paths import steps_of
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import Call, Message, Set
from voicebot.dialogue.scenario.yaml_file import Source, Where

_REPEATED_ANYWAY = ("GET", "PUT", "DELETE")  # RFC 9110, 9.2.2: twice does no more than once


def setting_problems(loaded: LoadedScenario) -> Iterator[Problem]:
    yield from _files(loaded)
    yield from _services(loaded)
    yield from _repairs(loaded)
    for name, flow in loaded.flows.items():
        source = loaded.flow_sources[name]
        for where, step in steps_of(flow):
            match step:
                case Call():
                    yield from _call(where, step, loaded, source)
                case Message() if loaded.scenario.messages is None:
                    what = "nothing sends this message: scenario.yaml names no message service"
                    yield source.problem((*where, "message"), what, 'write "messages: {service: ..., path: ...}" there')
                case Set():
                    yield from _unquoted((*where, "set"), step.set, source)


def _files(loaded: LoadedScenario) -> Iterator[Problem]:
    scenario = loaded.scenario
    named: list[tuple[Where, str]] = [(("knowledge", number), name) for number, name in enumerate(scenario.knowledge)]
    for key in ("synonyms", "addresses", "assist"):
        if (name := getattr(scenario, key)) is not None:
            named.append(((key,), name))
    for where, name in named:
        path = loaded.folder / name
        if not path.exists():
            beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
            cure = did_you_mean(path.name, beside) or f"put it into the folder {path.parent}"
            yield loaded.scenario_source.problem(where, f'no file "{name}"', cure)


def _services(loaded: LoadedScenario) -> Iterator[Problem]:
    scenario, source = loaded.scenario, loaded.scenario_source
    for name, service in scenario.services.items():
        parts = urlsplit(service.url) if "[" not in service.url else None
        if parts is not None and (parts.scheme not in ("http", "https") or not parts.netloc):
            what = f'"{service.url}" is no address of a web service'
            yield source.problem(("services", name, "url"), what, "write http://HOST:PORT")
    if scenario.messages is not None and scenario.messages.service not in scenario.services:
        yield source.problem(("messages", "service"), *_unknown_service(scenario.messages.service, loaded))


def _repairs(loaded: LoadedScenario) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for name, flow in loaded.flows.items():
        if flow.repairs is not None and first.setdefault(flow.repairs, name) != name:
            what = f'"{first[flow.repairs]}" also takes the place of the repair "{flow.repairs}"'
            yield loaded.flow_sources[name].problem(("repairs",), what, "keep one of the two")


def _call(where: Where, call: Call, loaded: LoadedScenario, source: Source) -> Iterator[Problem]:
    if call.call not in loaded.scenario.services:
        yield source.problem((*where, "call"), *_unknown_service(call.call, loaded))
    is_repeated = call.safe or call.method in _REPEATED_ANYWAY
    if "retry" in call.model_fields_set and call.retry and not is_repeated:
        what = f"a {call.method} is not tried again: done twice it could do harm"
        yield source.problem((*where, "retry"), what, 'write "safe: true" if it does none, or delete it', "warning")
    for status in call.answers:
        if not 300 <= status < 500:
            what = f"{status} is no answer other than a good one: 2xx is, and 5xx is a failure"
            yield source.problem((*where, "answers", status), what, "write an HTTP status from 300 to 499")
    yield from _unquoted((*where, "query"), call.query, source)
    yield from _unquoted((*where, "body"), call.body, source)


def _unknown_service(name: str, loaded: LoadedScenario) -> tuple[str, str]:
    cure = did_you_mean(name, loaded.scenario.services) or 'name it there under "services"'
    return f'scenario.yaml knows no service "{name}"', cure


def _unquoted(where: Where, value: Any, source: Source) -> Iterator[Problem]:
    """``{주문번호}`` without quotes is a mapping to YAML, and would be sent as one."""
    match value:
        case dict():
            for key, inner in value.items():
                if isinstance(inner, dict) and len(inner) == 1 and next(iter(inner.values())) is None:
                    text = f'"{{{next(iter(inner))}}}"'
                    yield source.problem((*where, key), f'"{key}" is a text in braces without quotes', f"write {text}")
                else:
                    yield from _unquoted((*where, key), inner, source)
        case list():
            for number, inner in enumerate(value):
                yield from _unquoted((*where, number), inner, source)
