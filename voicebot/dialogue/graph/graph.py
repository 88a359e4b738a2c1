"""Flows as graphs: boxes and arrows that a designer recognizes, and their text for Mermaid; ``drawing.py`` draws them.

The labels are Korean: they are read beside the flows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.paths import OVER, Way, paths
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import (
    Answer,
    Ask,
    Branch,
    Call,
    Callback,
    Consent,
    Forget,
    Go,
    Handoff,
    HangUp,
    Leave,
    Link,
    Message,
    Recording,
    Repeat,
    Restart,
    Say,
    Set,
    Step,
    Variant,
)
from voicebot.dialogue.scenario.yaml_file import Where

Shape = Literal["begin", "end", "say", "ask", "choice", "service", "flow", "person", "other"]

LONGEST_LABEL = 28  # characters
LONGEST_CONDITION = 24


@dataclass(frozen=True, slots=True)
class Box:
    shape: Shape
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    source: str
    target: str
    text: str = ""


@dataclass(slots=True)
class Graph:
    """Boxes by their id, in the order in which they are read. ``sideways``: drawn from left to right."""

    title: str
    sideways: bool = False
    boxes: dict[str, Box] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def join(self, source: str, target: str, text: str = "") -> None:
        edge = Edge(source, target, text)
        if edge not in self.edges:
            self.edges.append(edge)


# ---- one flow


def flow_graph(flow: Flow) -> Graph:
    """The flow's steps. A condition is a box before its step; a step that only jumps is an arrow."""
    found = paths(flow)
    graph = Graph(flow.flow)
    graph.boxes["begin"] = Box("begin", flow.flow)
    for where, step in found.steps.items():
        if step.when is not None:
            graph.boxes[_id(where) + "_when"] = Box("choice", _shortened(step.when, LONGEST_LABEL))
        if not isinstance(step, Go):
            graph.boxes[_id(where)] = _box(step)
    ways = {where: found.ways[where] for where in found.steps}

    def entry(where: Where) -> str:
        step = found.steps.get(where)
        if step is None:
            return "end"
        if step.when is not None:
            return _id(where) + "_when"
        return _id(where) if not isinstance(step, Go) else after(where)

    def after(where: Where) -> str:
        """Of a step that only jumps; one that jumps to itself, or round and round, is drawn as the end."""
        seen = {where}
        target = ways[where][-1].target
        while isinstance(step := found.steps.get(target), Go) and step.when is None and target not in seen:
            seen.add(target)
            target = ways[target][-1].target
        return "end" if target in seen else entry(target)

    graph.join("begin", entry(found.first))
    for where, step in found.steps.items():
        if step.when is not None:
            inside = after(where) if isinstance(step, Go) else _id(where)
            graph.join(_id(where) + "_when", inside, "예")
            graph.join(_id(where) + "_when", entry(ways[where][0].target), "아니요")
        if isinstance(step, Go):
            continue
        for way in ways[where]:
            if way.kind != "skipped" and way.target != OVER:
                graph.join(_id(where), entry(way.target), _condition(way, step))
    if any("end" in (edge.target, edge.source) for edge in graph.edges):
        graph.boxes["end"] = Box("end", "끝")
    return graph


def _id(where: Where) -> str:
    return "s" + "_".join(str(part) for part in where if isinstance(part, int))


def _condition(way: Way, step: Step) -> str:
    match way.kind:
        case "arm":
            return _shortened(way.text, LONGEST_CONDITION) or "그 밖"
        case "status":
            return way.text
        case "failure":
            return "실패"
        case "missing":
            return "답 없음"
    return "그 밖" if isinstance(step, Branch) else ""


def _box(step: Step) -> Box:
    """What the step does, in a few words."""
    shape, text = _shape_and_text(step)
    return Box(shape, _shortened(text, LONGEST_LABEL))


def _shape_and_text(step: Step) -> tuple[Shape, str]:
    match step:
        case Say():
            return "say", _first(step.say)
        case Ask():
            return "ask", f"{_listed(step.ask)}?"
        case Branch():
            return "choice", "갈래"
        case Call():
            return "service", f"{step.call}: {step.method} {step.path}"
        case Answer():
            return "service", f"지식에서 답: {step.answer}"
        case Link():
            return "flow", step.link
        case Message():
            return "service", f"문자: {step.message}"
        case Handoff():
            return "person", f"상담사 연결: {step.handoff}"
        case HangUp():
            return "end", f"끊음: {_first(step.hang_up)}"
        case Set():
            return "other", ", ".join(f"{name} = {value}" for name, value in step.set.items())
        case Callback():
            return "service", f"콜백 예약: {step.at}"
        case Leave():
            return "service", f"메시지: {step.leave}"
        case Consent():
            return "other", f"동의: {step.consent}"
        case Recording():
            return "other", "녹음 멈춤" if step.recording == "pause" else "녹음 다시"
        case Repeat():
            return "say", "천천히 다시" if step.repeat == "slower" else "다시 말하기"
        case Restart():
            return "end", "처음부터"
        case Forget():
            return "other", f"잊기: {_listed(step.forget)}"
    return "other", step.go or ""


def _first(lines: str | list[str | Variant]) -> str:
    line = lines if isinstance(lines, str) else lines[0] if lines else ""
    return line.text if isinstance(line, Variant) else line


def _listed(names: str | list[str]) -> str:
    return names if isinstance(names, str) else ", ".join(names)


def _shortened(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


# ---- a scenario

_KINDS: dict[str, Shape] = {"main": "flow", "global": "say", "repair": "other", "desk": "person"}

_REPAIRS = {
    "person": "상담사를 찾으면",
    "repeat": "다시 묻으면",
    "slower": "천천히 해 달라면",
    "restart": "처음으로 가자면",
    "not_understood": "못 알아들으면",
    "silence": "말이 없으면",
    "abuse": "욕설이면",
    "no_answer": "답이 없으면",
}


def scenario_graph(loaded: LoadedScenario) -> Graph:
    """Flows, how a call comes to them, and the links between them."""
    scenario = loaded.scenario
    graph = Graph(scenario.scenario, sideways=True)
    ids = {name: f"f{number}" for number, name in enumerate(loaded.flows)}
    for name, flow in loaded.flows.items():
        for way, text in _ways_to(flow, loaded):
            graph.boxes.setdefault(way, Box("begin", text))
            graph.join(way, ids[name])
    for name, flow in loaded.flows.items():
        graph.boxes[ids[name]] = Box(_KINDS[flow.kind], name)
        found = paths(flow)
        for step in found.steps.values():
            if isinstance(step, Link) and step.link in ids:
                graph.join(ids[name], ids[step.link])
    return graph


def _ways_to(flow: Flow, loaded: LoadedScenario) -> list[tuple[str, str]]:
    """What brings a call to the flow, beside links: an id and its text."""
    scenario = loaded.scenario
    found = []
    if flow.flow == scenario.start:
        found.append(("start", "전화가 오면"))
    if flow.flow == scenario.outbound:
        found.append(("outbound", "전화를 걸면"))
    if any(item.flow == flow.flow for item in scenario.menu.values()):
        found.append(("menu", "번호를 누르면"))
    if flow.repairs is not None:
        found.append((f"on_{flow.repairs}", _REPAIRS.get(flow.repairs, flow.repairs)))
    elif flow.kind == "desk":
        found.append(("desk", "상담 데스크가 부르면"))
    elif flow.examples:
        found.append(("wish", "고객이 원하면") if flow.kind == "main" else ("always", "언제든지"))
    return found


# ---- Mermaid

_MERMAID: dict[Shape, tuple[str, str]] = {
    "begin": ("([", "])"),
    "end": ("([", "])"),
    "say": ("[", "]"),
    "ask": ("[/", "/]"),
    "choice": ("{{", "}}"),
    "service": ("[[", "]]"),
    "flow": ("(", ")"),
    "person": ("[\\", "/]"),
    "other": ("[", "]"),
}


def mermaid(graph: Graph) -> str:
    """Text of a Mermaid flowchart."""
    lines = [f"flowchart {'LR' if graph.sideways else 'TD'}"]
    for name, box in graph.boxes.items():
        before, behind = _MERMAID[box.shape]
        lines.append(f'  {_word(name)}{before}"{_escaped(box.text)}"{behind}')
    for edge in graph.edges:
        label = f'|"{_escaped(edge.text)}"|' if edge.text else ""
        lines.append(f"  {_word(edge.source)} -->{label} {_word(edge.target)}")
    return "\n".join(lines) + "\n"


def _word(name: str) -> str:
    """``end`` is a keyword of Mermaid."""
    return "stop" if name == "end" else name


def _escaped(text: str) -> str:
    """Mermaid's entities are written with # in place of &; markdown and HTML are taken literally that way."""
    return "".join(f"#{ord(char)};" if char in '"#&<>`*_\\' else char for char in text)
