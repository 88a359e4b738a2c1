"""The note of a call, as text."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.events import AgentJoined, Logged, WrappedUp


def has_agent(events: Sequence[Logged]) -> bool:
    return any(isinstance(one.event, AgentJoined) for one in events)


def noted(events: Sequence[Logged]) -> str:
    """The newest note of a call; empty where it has none yet."""
    notes = [one.event for one in events if isinstance(one.event, WrappedUp)]
    if not notes:
        return ""
    note = notes[-1]
    summary = note.summary
    lines = [f"문의: {summary.get('issue', '')}"]
    lines += [f"조치: {action}" for action in summary.get("actions", ())]
    lines.append(f"결과: {summary.get('resolution_text', '')}")
    lines += [f"{slot}: {written}" for slot, written in note.slots.items()]
    lines += [f"약속: {one['what']}" + (f" ({one['due']})" if one.get("due") else "") for one in note.follow_ups]
    code = note.code or note.suggested_code
    lines.append(f"처리 코드: {code}" + ("" if note.code else f" (제안, {note.confidence:.0%})"))
    return "\n".join(lines)
