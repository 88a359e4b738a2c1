"""What a caller's page shows of the call: who says what, and its end. Nothing else of the log leaves the house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from aicc.service.api.service import CallLog
from aicc.service.web.page_call import PageCall
from aicc.service.web.shown_pages import OPENED
from voicebot.events import (
    AgentJoined,
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    Dtmf,
    Event,
    HandoffRequested,
    PageAnswered,
    PageShown,
    RecordingPaused,
    RecordingResumed,
    TranscriptFinal,
    TranscriptPartial,
)

LOOK_S = 0.1  # for the log of a call whose page is still finding the way
EVENTS_AT_ONCE = 50  # then others are let on the loop: what is there already is read without ever waiting

OPENABLE = ("http://", "https://")

Caption = dict[str, Any]


def caption(event: Event) -> Caption | None:
    """One message of the page's WebSocket; None for what is not the caller's to see."""
    match event:
        case TranscriptPartial(side="caller"):
            return {"type": "heard", "turn": event.turn, "text": event.written, "is_final": False}
        case TranscriptFinal(side="caller"):
            return {"type": "heard", "turn": event.turn, "text": event.written, "is_final": True}
        case TranscriptFinal():  # of people of the house only who talks to the caller is followed: see joined.py
            return {"type": "agent", "turn": event.turn, "text": event.written}
        case Dtmf(side="caller"):
            return {"type": "pressed", "key": event.digit}
        case BotStarted():
            return {"type": "said", "text": event.text}
        case BotInterrupted():
            return {"type": "said_up_to", "text": event.text, "heard_text": event.heard_text}
        case BotFinished():
            return {"type": "silent"}
        case RecordingPaused():
            return {"type": "off_record", "is_off": True}
        case RecordingResumed():
            return {"type": "off_record", "is_off": False}
        case HandoffRequested():
            return {"type": "handoff"}
        case AgentJoined(how="answered" | "took_over"):
            return {"type": "joined"}
        case PageShown():
            url = event.url if event.url.lower().startswith(OPENABLE) else ""
            fields = list(event.fields)
            return {"type": "shown", "kind": event.kind, "title": event.title, "url": url, "fields": fields}
        case PageAnswered() if OPENED not in event.values:
            return {"type": "answered", "is_turned_down": not event.values}
        case CallEnded():
            return {"type": "ended", "by": event.by}
    return None


async def captions(call: PageCall, log: Callable[[str], CallLog | None], start: int) -> AsyncIterator[Caption]:
    """From the event with number ``start`` on, to the end of the call; ``seq`` is that of the caption's event."""
    while (found := log(call.call_id)) is None:
        if call.is_over:
            return
        await asyncio.sleep(LOOK_S)
    count = 0
    async for logged in found.follow(start):
        if (shown := caption(logged.event)) is not None:
            yield {"seq": logged.seq, **shown}
        if isinstance(logged.event, CallEnded):
            return
        count += 1
        if count % EVENTS_AT_ONCE == 0:
            await asyncio.sleep(0)
