"""What the bot is likely to say to what has been heard so far: the voice may have it ready when the turn ends."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from voicebot.dialogue.answer.listening import cut
from voicebot.dialogue.first_words import first_words
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.template import TemplateInvalid, fill
from voicebot.dialogue.understand import PLAIN, SURE, Reading, Wish, is_close

if TYPE_CHECKING:
    from voicebot.dialogue.conversation import Conversation


def foreseen(conversation: Conversation, partial: str) -> list[str]:
    """The first texts, in order; nothing where it is not clear what is wanted.

    Reads the conversation and changes nothing in it, so that a thread may ask while the conversation waits.
    """
    mind, heard, now = conversation.mind, Heard.of(partial), conversation.now()
    reading = mind.understanding.read(heard, now.date())
    wish = _to_be_served(conversation, reading, now)
    if wish is not None and wish.hit is not None and wish.kind == "faq":
        return list(cut(wish.hit.entry.answer, mind.scenario.limits.answer_chars).said[:1])
    flow = mind.flows[wish.name] if wish is not None and wish.kind == "flow" else None
    if flow is None and reading.repair is not None:
        flow = mind.repairing(reading.repair)
    if flow is None or conversation.is_walking(flow.flow):
        return []
    values = conversation.memory.values()
    try:
        texts = first_words(mind, flow, heard, values, now)
        return [fill(conversation.turn_to_come(lines), values) for lines in texts if lines]
    except TemplateInvalid:  # something is known only when it is said
        return []


def _to_be_served(conversation: Conversation, reading: Reading, now: datetime) -> Wish | None:
    """As the conversation will judge: see ``Conversation.serve_wish`` and ``Conversation.digress``."""
    best = reading.wishes[0] if reading.wishes else None
    if best is None or best.confidence < SURE or reading.repair is not None:
        return None
    if not conversation.walks:
        rivals = [wish for wish in reading.wishes[1:] if wish.kind == best.kind == "flow"]
        return None if rivals and is_close(rivals[0], best) else best
    if best.kind == "faq" and not reading.is_question and best.confidence < PLAIN:
        return None
    asked = conversation.awaited
    answer = asked.slot.find(reading.heard, now, asked=True) if asked and not asked.is_open else None
    return best if answer is None or answer.problem else None
