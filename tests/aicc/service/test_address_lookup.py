"""The book is opened once, at the first question."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from aicc.service.address_lookup import AddressLookup
from aicc.service.scenarios import sample_company
from kb.address import AddressBook
from voicebot.dialogue.scenario.scenario_file import load_scenario


def test_what_may_be_meant_the_likeliest_first():
    loaded = load_scenario(sample_company())
    opened = []

    def open_book():
        opened.append(threading.get_ident())
        return AddressBook.of_file(loaded.folder / loaded.scenario.addresses)

    lookup = AddressLookup(open_book)
    assert opened == []
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lookup.parse, ["한누리대로 천팔백삼십구"] * 8))
    assert len(opened) == 1
    assert all(one == found[0] for one in found)
    assert "한누리대로 1839" in found[0][0]["road"]
    assert lookup.parse("") == []


def test_without_a_book_nothing_is_found():
    assert AddressLookup(lambda: None).parse("한누리대로 1839") == []


def test_a_book_that_cannot_be_opened_is_tried_again_at_the_next_question():
    tried = []

    def open_book():
        tried.append(0)
        if len(tried) == 1:
            raise ValueError("the table is being made")
        return None

    lookup = AddressLookup(open_book)
    with pytest.raises(ValueError, match="being made"):
        lookup.parse("한누리대로")
    assert lookup.parse("한누리대로") == []
