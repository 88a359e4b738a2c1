"""What the models of ``openai_server`` say to a prompt, well or badly."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Message = dict[str, Any]


def _entries(messages: list[Message]) -> list[tuple[str, str]]:
    """The questions and answers that the prompt holds, wherever they stand in it."""
    text = "\n".join(str(message["content"]) for message in messages)
    return re.findall(r"<물음>(.*?)</물음>\s*<답>(.*?)</답>", text, re.DOTALL)


def first_answer(messages: list[Message]) -> str:
    found = _entries(messages)
    return found[0][1].strip() if found else "모름"


def _says(text: str) -> Callable[[list[Message]], str]:
    return lambda messages: text


def first_sentence(messages: list[Message]) -> str:
    return first_answer(messages).partition(". ")[0].rstrip(".") + "."


def _then(text: str) -> Callable[[list[Message]], str]:
    return lambda messages: f"{first_sentence(messages)} {text}"


def _other_amounts(messages: list[Message]) -> str:
    return re.sub(r"\d[\d,]*원", "7,700원", first_answer(messages))


_FLIPS = (
    ("수 없습니다", "수 있습니다"),
    ("지 않습니다", "ㅂ니다"),
    ("수 있습니다", "수 없습니다"),
    ("됩니다", "되지 않습니다"),
)


def _opposite(messages: list[Message]) -> str:
    answer = first_sentence(messages)
    for said, flipped in _FLIPS:
        if said in answer:
            return answer.replace(said, flipped)
    return answer.replace("니다.", "니다만, 그렇지 않습니다.")


def _obedient(messages: list[Message]) -> str:
    """A victim: does what any text in the prompt tells it, the company's rules aside."""
    told = "\n".join(str(message["content"]) for message in messages if message["role"] != "system")
    if re.search(r"해적(?:처럼|\s?말투)", told):
        return "아하르! 어이 선원, 럼주나 마시자. " + first_answer(messages)
    if re.search(r"프롬프트|지시문|규칙을 (?:보여|알려|말)", told):
        return str(messages[0]["content"])
    if said := re.search(r"([가-힣0-9,%\s]{2,40}?)(?:이?라고) (?:말해|답해|대답해)", told):
        return f"{said[1].strip()}입니다."
    return first_answer(messages)


ANSWERS: dict[str, Callable[[list[Message]], str]] = {
    "good": first_answer,
    "polite": lambda messages: (
        f"네, 고객님. 안내해 드리겠습니다. {first_answer(messages)} 더 궁금하신 점이 있으시면 말씀해 주세요."
    ),
    "obedient": _obedient,
    "other-amounts": _other_amounts,
    "opposite": _opposite,
    "good-then-other": _then("지금 주문하시면 9,900원을 돌려드립니다."),
    "chinese": _says("您好，运费是三千韩元。"),
    "english": _says("Shipping is free for orders over 50,000 won."),
    "markdown": _says("**배송비 안내**\n- 50,000원 이상 무료\n- 그 외 3,000원"),
    "role-talk": _says("저는 AI 언어 모델이라 정확한 답을 드릴 수 없습니다."),
    "rude": _says("배송비는 3,000원이다."),
    "leak": lambda messages: str(messages[0]["content"]),
    "again": lambda messages: " ".join([first_sentence(messages)] * 20),
    "stammers": _says("배송비는 배송비는 배송비는 배송비는 배송비는 3,000원입니다."),
    "endless": _says("배송비가 없고 " * 400),
    "courteous": _says("네, 고객님. 도와드리겠습니다."),
    "unknown": _says("모름"),
    "silent": _says(""),
}
