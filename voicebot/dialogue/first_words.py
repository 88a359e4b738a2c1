"""What a flow is likely to say first: sentences that the voice may have ready before the flow is entered."""

from __future__ import annotations

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.step import Ask, Say

MOST_STEPS = 2


def first_words(flow: Flow) -> list[str]:
    """The wordings of the first steps, so far as they are the same for every caller."""
    texts: list[str] = []
    for step in flow.steps[:MOST_STEPS]:
        if isinstance(step, Say):
            lines = step.say if isinstance(step.say, list) else [step.say]
            texts += [line for line in lines if isinstance(line, str)]
        elif isinstance(step, Ask):
            name = step.ask if isinstance(step.ask, str) else step.ask[0]
            asked = flow.slots[name].ask if name in flow.slots else []
            texts += [asked] if isinstance(asked, str) else asked
    return [text for text in texts if "{" not in text]
