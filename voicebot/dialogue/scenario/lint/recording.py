"""Where flows pause the recording, and resume it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from voicebot.dialogue.scenario.paths import Paths
from voicebot.dialogue.scenario.problem import Problem
from voicebot.dialogue.scenario.scenario_file import LoadedScenario
from voicebot.dialogue.scenario.step import Recording


def recording_problems(loaded: LoadedScenario, ways: Mapping[str, Paths]) -> Iterator[Problem]:
    """A resumption that finds nothing paused does no harm, but shows that the pause is missing or elsewhere.

    A pause needs no resumption: at the flow's end the recording goes on by itself.
    """
    for name, found in ways.items():
        pausing, resuming = (
            [where for where, step in found.steps.items() if isinstance(step, Recording) and step.recording == what]
            for what in ("pause", "resume")
        )
        behind = {where for pause in pausing for where in found.after(pause)}
        for where in resuming:
            if where not in behind:
                what, cure = "nothing has paused the recording here", 'write "recording: pause" before what is private'
                yield loaded.flow_sources[name].problem((*where, "recording"), what, cure, "warning")
