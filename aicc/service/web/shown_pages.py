"""What an agent has sent to one caller's browser, and what has become of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from voicebot.events import ConsentGiven, Event, Logged, PageAnswered, PageShown

MOST_SHOWN = 50
CONSENT = "화면 함께 보기"
OPENED = "opened"


class NotShown(Exception):
    """There is no such page, or no such form that could still be answered."""


class NotAsked(Exception):
    """An answer to what the form does not ask."""


class ShownPages:
    """Pages and forms by the numbers of their events. Of forms the newest counts, and it is answered once.

    Beyond ``MOST_SHOWN`` the oldest is forgotten.
    """

    def __init__(self) -> None:
        self._shown: OrderedDict[int, PageShown] = OrderedDict()
        self._form: int | None = None
        self._told: set[int] = set()

    def heard(self, logged: Logged) -> None:
        event = logged.event
        if not isinstance(event, PageShown):
            return
        self._shown[logged.seq] = event
        if event.kind == "form":
            self._form = logged.seq
        if len(self._shown) > MOST_SHOWN:
            forgotten, _ = self._shown.popitem(last=False)
            self._told.discard(forgotten)

    def answered(self, number: int, values: Mapping[str, str]) -> tuple[Event, ...]:
        """Empty ``values``: turned down. Spaces around one do not count. :class:`NotShown`, :class:`NotAsked`."""
        form = self._shown.get(number)
        if form is None or number != self._form or number in self._told:
            raise NotShown
        if any(name not in form.fields for name in values):
            raise NotAsked
        self._told.add(number)
        return (PageAnswered({name: values[name].strip() for name in form.fields if name in values}),)

    def opened(self, number: int) -> tuple[Event, ...]:
        """That the caller agrees to be seen opening it, once for each page. :class:`NotShown`."""
        page = self._shown.get(number)
        if page is None or page.kind != "page":
            raise NotShown
        if number in self._told:
            return ()
        self._told.add(number)
        return ConsentGiven(CONSENT), PageAnswered({OPENED: page.title})

    def unsaid(self, number: int) -> None:
        """What was to be told of it could not be."""
        self._told.discard(number)
