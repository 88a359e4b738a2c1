"""When something that happened is what a conversation test expects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, unquote

from voicebot.dialogue.trial.days import as_data, as_said
from voicebot.dialogue.trial.watched import Called


def is_said(text: str, said: Sequence[str], today: date) -> bool:
    """Whether ``text`` occurs: but for spaces and punctuation, or as the /expression/ that it is.

    A number occurs as a whole: 500 is not in 1,500원.
    """
    whole, wanted = " ".join(said), as_said(text, today)
    if is_expression(text):
        return re.search(wanted[1:-1], whole) is not None
    wanted = plain(wanted)
    before = r"(?<!\d)" if wanted[:1].isdigit() else ""
    behind = r"(?!\d)" if wanted[-1:].isdigit() else ""
    return re.search(before + re.escape(wanted) + behind, plain(whole)) is not None


def is_expression(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def plain(text: str) -> str:
    """Only what can be heard: letters and digits, composed (NFC)."""
    composed = unicodedata.normalize("NFC", text).lower()
    return "".join(filter(str.isalnum, composed)) or composed


def is_value(wanted: Any, as_json: Any, written: str, today: date) -> bool:
    """Whether a slot's value is the wanted one, as JSON has it or as people read it."""
    if isinstance(wanted, str):
        return as_data(wanted, today) == str(as_json) or plain(as_said(wanted, today)) == plain(written)
    return _is_same(wanted, as_json)


def is_call(line: str, body: Mapping[str, Any], called: Called, today: date) -> bool:
    """Whether a service was asked ``METHOD /path?query STATUS``; query and status count where they are written."""
    method, target, *status = as_data(line, today).split(" ")
    path, _, query = target.partition("?")
    asked = {name: str(value) for name, value in called.query.items()}
    return (
        method == called.method
        and unquote(path) == unquote(called.path)
        and all(asked.get(name) == value for name, value in parse_qsl(query))
        and (not status or status[0] == str(called.status))
        and _is_part(body, called.body or {}, today)
    )


def _is_part(wanted: Any, sent: Any, today: date) -> bool:
    """Whether all that is wanted is in what was sent."""
    match wanted:
        case dict():
            return isinstance(sent, dict) and all(
                name in sent and _is_part(value, sent[name], today) for name, value in wanted.items()
            )
        case list():
            return (
                isinstance(sent, list)
                and len(sent) == len(wanted)
                and all(_is_part(one, other, today) for one, other in zip(wanted, sent, strict=True))
            )
        case str():
            return str(sent) in (as_data(wanted, today), as_said(wanted, today))
    return _is_same(wanted, sent)


def _is_same(wanted: Any, found: Any) -> bool:
    """A number may be a text there; a truth value is nothing else."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return bool(wanted == found) or str(wanted) == str(found)
