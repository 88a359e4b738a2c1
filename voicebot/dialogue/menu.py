"""What a caller may come for, by the keys of the telephone: for callers who are not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voicebot.dialogue.asked import OFFER, Asked
from voicebot.dialogue.form import BELIEVED
from voicebot.dialogue.keypad import numbered
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.scenario import slot_settings as settings
from voicebot.dialogue.signals import Instead
from voicebot.dialogue.slots.key_menu import KeyMenu
from voicebot.dialogue.understand import Reading

if TYPE_CHECKING:
    from voicebot.dialogue.conversation import Conversation

NAME = "메뉴"  # of what the bot waits for meanwhile
MOST_FLOWS = 8  # of a menu that nobody has written; the ninth nobody keeps in mind
PERSON_KEY = 0


@dataclass(frozen=True, slots=True)
class Menu:
    """``text`` reads it out: 배송 조회는 1번, …, 상담사 연결은 0번. ``flows`` are by label; None is a person."""

    text: str
    asked: Asked
    flows: dict[str, str | None]


def menu_of(mind: Mind, person: str) -> Menu | None:
    """The designer's menu, else one of the flows that callers may come for; None where there are none.

    Behind them, unless a key leads there already, comes a person, who is called ``person``.
    """
    items = {key: (item.label or item.flow, item.flow) for key, item in mind.scenario.menu.items()}
    if not items:
        offered = mind.offered()[:MOST_FLOWS]
        items = {number: (flow.flow, flow.flow) for number, flow in enumerate(offered, start=1)}
    if not items:
        return None
    flows: dict[str, str | None] = dict(items.values())
    keys = {str(key): label for key, (label, _) in items.items()}
    words = {label: [flow] for label, flow in items.values()}
    leads_to_person = any(mind.flows[flow].repairs == "person" for _, flow in items.values())
    if PERSON_KEY not in items and not leads_to_person and person not in flows:
        keys[str(PERSON_KEY)], flows[person], words[person] = person, None, []
    text = numbered(keys.items())
    asked = Asked(NAME, settings.Choice.model_construct(type="choice", ask=text, options=words), KeyMenu(words, keys))
    return Menu(text, asked, flows)


async def offer_menu(conversation: Conversation, menu: Menu) -> None:
    """Reads the menu out and does what is chosen. When that has failed twice a person takes over.

    ``Instead`` with what the caller would surely rather have.
    """
    for name in ("menu", "menu_again"):
        question = conversation.own(name, 메뉴=menu.text)
        await conversation.say(question, "repair")
        reading = await conversation.hear(menu.asked, question)
        chosen = menu.asked.slot.find(reading.heard, conversation.now(), asked=True)
        if chosen is not None and chosen.confidence >= BELIEVED:
            conversation.understood()
            await _follow(conversation, menu.flows[str(chosen.value)], reading)
            return
        if _is_sure(conversation, reading):
            raise Instead(reading)
        conversation.memory.not_understood += 1
    await conversation.give_up(conversation.own("anything_else"))


async def _follow(conversation: Conversation, flow: str | None, reading: Reading) -> None:
    """Where a key leads; None is to a person."""
    if flow is None:
        await conversation.repaired("person", conversation.own("anything_else"))
    else:
        is_key = reading.heard.source == "dtmf"
        await conversation.walk(conversation.mind.flows[flow], None if is_key else reading)


def _is_sure(conversation: Conversation, reading: Reading) -> bool:
    """Whether something else is wanted, or nothing any more."""
    if reading.heard.source == "dtmf" or reading.heard.confidence < BELIEVED:
        return False
    answer = OFFER.slot.find(reading.heard, conversation.now(), asked=True)
    says_no = answer is not None and answer.value is False
    return says_no or reading.repair is not None or reading.is_wish
