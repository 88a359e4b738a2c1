"""A note in versions: the machine's is the first, and each edit by a person makes the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voicebot.events import Logged, WrappedUp


class EditConflict(ValueError):
    """Somebody else has edited the note meanwhile; ``newest`` is the version that there is now."""

    def __init__(self, newest: int, edited_by: str) -> None:
        super().__init__(f"version {newest} is there, by {edited_by or 'the machine'}: read it, and edit that")
        self.newest, self.edited_by = newest, edited_by


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person changes; None leaves it as it is. Of ``summary`` the names that are not given stay too."""

    edited_by: str
    summary: Mapping[str, Any] | None = None
    slots: Mapping[str, Any] | None = None
    follow_ups: Sequence[Mapping[str, Any]] | None = None
    code: str | None = None


def versions_of(events: Iterable[Logged]) -> list[Logged]:
    """The versions of a call's note among its events, in order; of two with the same number the first."""
    versions: dict[int, Logged] = {}
    for logged in events:
        if isinstance(logged.event, WrappedUp):
            versions.setdefault(logged.event.version, logged)
    return [versions[version] for version in sorted(versions)]


def edited(note: WrappedUp, seq: int, based_on: int, edit: Edit) -> WrappedUp:
    """The version behind ``note``, which is the newest and event number ``seq``.

    That is its cause, and a log takes one note of each cause: of two who edit the same version at once the first is
    kept, and the second finds that. Raises :class:`EditConflict` where who edits has read another version: nobody's
    words are written over unread.
    """
    if note.version != based_on:
        raise EditConflict(note.version, note.edited_by)
    return dataclasses.replace(
        note,
        summary=dict(note.summary) | dict(edit.summary or {}),
        slots=dict(note.slots if edit.slots is None else edit.slots),
        follow_ups=note.follow_ups if edit.follow_ups is None else tuple(dict(one) for one in edit.follow_ups),
        code=note.code if edit.code is None else edit.code,
        edited_by=edit.edited_by,
        version=note.version + 1,
        cause=seq,
    )
