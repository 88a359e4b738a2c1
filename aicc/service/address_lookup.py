"""Addresses for whoever asks over the API: the book is opened at the first question."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.address.juso import Finder


class AddressLookup:
    """See :class:`aicc.service.api.assist.ParsesAddresses`; ``open_book`` gives None where there is no book."""

    def __init__(self, open_book: Callable[[], Finder | None]) -> None:
        self._open_book = open_book
        self._lock = threading.Lock()
        self._book: Finder | None = None

    def parse(self, text: str) -> Sequence[Mapping[str, Any]]:
        from assist.addresses import as_fields

        with self._lock:
            self._book = self._book or self._open_book()
        return [as_fields(candidate) for candidate in self._book.search(text)] if self._book else []
