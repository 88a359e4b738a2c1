"""``aicc flow lint | graph | schema``: what scenario designers run on what they write."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from voicebot.dialogue.graph.graph import Graph
    from voicebot.dialogue.scenario.problem import Problem

flow = typer.Typer(help="Conversation flows: judge them, draw them, try them out.", no_args_is_help=True)

Scenario = Annotated[Path, typer.Argument(metavar="PATH", help="A scenario's folder, or its scenario.yaml.")]


class Format(StrEnum):
    mermaid = "mermaid"
    svg = "svg"


@flow.command("lint")
@answers
def lint_scenario(path: Scenario) -> Answer:
    """What is wrong with a scenario, each with file, line and cure; fails if it cannot run."""
    from assist.rules import rules_problems
    from voicebot.dialogue.scenario.lint import lint
    from voicebot.dialogue.scenario.problem import ScenarioInvalid
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    try:
        loaded = load_scenario(path)
        problems, flows = [*lint(loaded), *rules_problems(loaded)], len(loaded.flows)
    except ScenarioInvalid as invalid:
        problems, flows = list(invalid.problems), None
    errors = sum(problem.severity == "error" for problem in problems)
    data = {
        "path": path,
        "flows": flows,
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [_as_data(problem) for problem in problems],
    }
    shown = "\n".join(map(str, problems)) or f"nothing is wrong with {path}: {flows} flows"
    failure = f"{errors} error{'s' if errors > 1 else ''} in {path}: this scenario cannot run" if errors else None
    return Answer(data, shown, failure)


@flow.command("graph")
@answers
def draw(
    path: Scenario,
    name: Annotated[
        str | None, typer.Option("--flow", help="One flow's steps; else all flows and their links.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="Text for Mermaid, or a picture.")] = Format.mermaid,
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
) -> Answer:
    """Draw a flow, or the whole scenario."""
    graph = _graph(path, name)
    if form is Format.svg:
        from voicebot.dialogue.graph.drawing import svg

        text = svg(graph)
    else:
        from voicebot.dialogue.graph.graph import mermaid

        text = mermaid(graph)
    data = {"format": form.value, "flow": name, "boxes": len(graph.boxes), "arrows": len(graph.edges)}
    if out is None:
        return Answer({**data, "text": text}, text.rstrip("\n"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return Answer({**data, "out": out}, f"{len(graph.boxes)} boxes and {len(graph.edges)} arrows in {out}")


@flow.command("schema")
@answers
def publish_schemas(
    out: Annotated[Path, typer.Option(help="The folder to write them into.")] = Path("scenarios/schema"),
) -> Answer:
    """Write the JSON Schemas by which editors complete and check what designers write."""
    from voicebot.dialogue.scenario.schema import write_schemas

    paths = write_schemas(out)
    return Answer({"files": paths}, "\n".join(map(str, paths)))


def _graph(path: Path, name: str | None) -> "Graph":
    from aicc.errors import AiccError
    from voicebot.dialogue.graph.graph import flow_graph, scenario_graph
    from voicebot.dialogue.scenario.misspelled import did_you_mean
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    loaded = load_scenario(path)
    if name is None:
        return scenario_graph(loaded)
    if name not in loaded.flows:
        cure = did_you_mean(name, loaded.flows) or f"there are {', '.join(loaded.flows)}"
        raise AiccError(f'no flow "{name}" in {path}: {cure}')
    return flow_graph(loaded.flows[name])


def _as_data(problem: "Problem") -> dict[str, object]:
    return {
        "path": problem.path,
        "line": problem.line,
        "what": problem.what,
        "cure": problem.cure,
        "severity": problem.severity,
    }
