"""The prompt of an answer: rules, the entries that were found, and the question, each in its place.

What callers say and what entries hold is data. It cannot close its own brackets, for it has none: whatever could look
like one is replaced, and sentences that give orders to a model are left out of entries. A prompt holds nothing but what
its own call has said, numbers of cards and residents as stars, and what the knowledge base holds for everybody.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import resources

import yaml
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.prompts import ChatPromptTemplate

from kb.entry import Entry
from voicebot.dialogue.answer.orders import without_orders
from voicebot.dialogue.answer.sentences import sentences
from voicebot.text.private_turns import masked_talk

UNKNOWN = "모름"
"""What a model is to say when the entries hold no answer."""

MOST_ENTRIES = 5
QUESTION_CHARACTERS = 400
ENTRY_CHARACTERS = 2_000
EXCHANGES = 2
"""How much of the conversation so far a model is shown: the last so many questions with their answers."""

Exchange = tuple[str, str]
"""What the caller asked, and what the bot answered."""


@cache
def wording() -> dict[str, str]:
    """The parts of ``prompt.yaml``."""
    text = resources.files("voicebot.dialogue.answer").joinpath("prompt.yaml").read_text(encoding="utf-8")
    loaded: dict[str, str] = yaml.safe_load(text)
    return loaded


@cache
def template() -> ChatPromptTemplate:
    """Takes what :func:`variables` gives, and makes the messages of one question."""
    return ChatPromptTemplate.from_messages(
        [("system", wording()["system"]), ("placeholder", "{said}"), ("human", wording()["question"])]
    )


def variables(question: str, entries: Sequence[Entry], said: Sequence[Exchange] = ()) -> dict[str, object]:
    """What the template is filled with; the best entry comes first."""
    turns = [turn for asked, answered in said[-EXCHANGES:] for turn in (("caller", asked), ("bot", answered))]
    turns.append(("caller", question))
    # of what is cut off later too, since half a number would be shown
    shown = masked_talk((side, as_data(text, 2 * QUESTION_CHARACTERS)) for side, text in turns)
    *before, question = (text[:QUESTION_CHARACTERS] for text in shown)
    messages: list[BaseMessage] = []
    for asked, answered in zip(before[::2], before[1::2], strict=True):
        messages += [HumanMessage(asked), AIMessage(answered)]
    written = "".join(_written(number, entry) for number, entry in enumerate(entries[:MOST_ENTRIES], 1))
    return {"question": question, "entries": written, "said": messages}


def _written(number: int, entry: Entry) -> str:
    question = as_data(without_orders(entry.question[:QUESTION_CHARACTERS]), QUESTION_CHARACTERS)
    answer = as_data(without_orders(shown(entry.answer)), ENTRY_CHARACTERS)
    return wording()["entry"].format(number=number, question=question, answer=answer)


def shown(answer: str) -> str:
    """As much of an entry's answer as is shown: whole sentences, up to ``ENTRY_CHARACTERS``."""
    if len(answer) <= ENTRY_CHARACTERS:
        return answer
    whole = sentences(answer[:ENTRY_CHARACTERS])
    return "\n".join(whole[:-1] or whole)


_BRACKETS = str.maketrans("<>＜＞‹›", "〈〉〈〉〈〉")


def as_data(text: str, characters: int) -> str:
    """``text`` without anything that could pass for a part of the prompt: no brackets, nothing that is not seen.

    Line breaks stay, as lists need them.
    """
    seen = "".join(
        character if character == "\n" or unicodedata.category(character)[0] != "C" else " "
        for character in unicodedata.normalize("NFC", text[:characters])
    )
    return "\n".join(" ".join(line.split()) for line in seen.translate(_BRACKETS).splitlines()).strip()


_ENTRY = re.compile(r"<자료 (\d+)>\n<물음>(.*?)</물음>\n<답>(.*?)</답>\n</자료 \1>", re.DOTALL)


def read_answers(text: str) -> list[str]:
    """The answers of the entries that a prompt's last message holds, in their order."""
    return [found[3] for found in _ENTRY.finditer(text)]
