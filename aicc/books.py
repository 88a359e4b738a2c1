"""The address book of this installation: a country's database where one was imported, else the scenario's own file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aicc.errors import AiccError
from aicc.settings import Settings

if TYPE_CHECKING:
    from kb.address import AddressBook
    from kb.address.juso import Finder
    from voicebot.dialogue.scenario.scenario_file import LoadedScenario


class JusoKeyMissing(AiccError):
    """The address service is to be asked, and there is no key for it."""


def open_book(loaded: LoadedScenario, settings: Settings) -> AddressBook | None:
    """None where there is neither. Raises ``AddressBookUnusable``, ``AddressFileUnreadable``."""
    from kb.address import AddressBook

    if settings.assist.addresses:
        return AddressBook.open(settings.assist.addresses)
    return AddressBook.of_file(loaded.folder / loaded.scenario.addresses) if loaded.scenario.addresses else None


def open_finder(loaded: LoadedScenario, settings: Settings) -> Finder | None:
    """The book, behind the state's address service where the settings name it: not for calls, which would wait."""
    from kb.address.juso import JusoFirst, JusoService

    book, juso = open_book(loaded, settings), settings.assist.juso
    if juso is None or book is None:
        return book
    if not (key := os.environ.get(juso.key_from)):
        raise JusoKeyMissing(f"{juso.key_from} holds no key of the address service: set it, or take juso: away")
    return JusoFirst(JusoService(juso.url, key), book)
