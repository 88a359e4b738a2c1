"""Sentences that give orders to a model. What the company tells its customers has none."""

import re

from voicebot.dialogue.answer.sentences import sentences

_ORDER = re.compile(
    r"지금부터\s?(?:너|넌|네가|니가|당신)"
    r"|(?:^|\s)(?:너|넌|당신)(?:는|은)?\s?(?:이제|앞으로)"
    r"|(?:이전|위의?|앞의?|기존|모든)\s?(?:의\s)?(?:모든\s)?(?:지시|명령|프롬프트|지침)(?:사항)?[^.]{0,12}(?:무시|잊)"
    r"|시스템\s?(?:프롬프트|메시지)|(?:개발자|관리자)\s?모드|역할극"
    r"|처럼\s?(?:말해|말하|대답해|답해|행동해)(?:라|줘|봐|야)?(?:\s|[.!,]|$)"
    r"|ignore\s(?:all|any|previous|prior|the|your)|disregard\s|system\s?prompt|you\s(?:are\snow|must\snow)|pretend\s|jailbreak",
    re.IGNORECASE,
)


def is_order(sentence: str) -> bool:
    return _ORDER.search(sentence) is not None


def without_orders(text: str) -> str:
    """``text`` as it is, or without the sentences that address a model."""
    if not is_order(text):
        return text
    return " ".join(sentence for sentence in sentences(text) if not is_order(sentence))
