"""Which address book an installation has."""

from pathlib import Path

import pytest

from aicc.books import JusoKeyMissing, open_book, open_finder
from aicc.settings import Settings
from kb.address import AddressBookUnusable, write_book
from kb.address.juso import JusoFirst
from voicebot.dialogue.scenario.scenario_file import load_scenario

NURI = Path(__file__).parents[2] / "scenarios" / "nuri"
JUSO = {"url": "http://127.0.0.1:9/", "key_from": "AICC_TEST_JUSO_KEY"}


@pytest.fixture(scope="module")
def loaded():
    return load_scenario(NURI)


def settings(**assist):
    return Settings.model_validate({"assist": assist})


def test_the_scenarios_own_file_and_none_where_there_is_none(loaded):
    book = open_book(loaded, settings())
    assert book is not None and book.search("세종대로 110")
    bare = loaded.scenario.model_copy(update={"addresses": None})
    assert (
        open_book(
            type(loaded)(bare, loaded.flows, loaded.folder, loaded.scenario_source, loaded.flow_sources), settings()
        )
        is None
    )


def test_a_database_goes_before_it(loaded, tmp_path):
    rows = (NURI / "addresses.txt").read_text(encoding="utf-8").splitlines(keepends=True)[:1]
    (tmp_path / "one.txt").write_text("".join(rows), encoding="utf-8")
    write_book(tmp_path / "one.db", [tmp_path / "one.txt"])
    book = open_book(loaded, settings(addresses=tmp_path / "one.db"))
    assert book is not None and len(book) == 1
    with pytest.raises(AddressBookUnusable, match="import the official file first"):
        open_book(loaded, settings(addresses=tmp_path / "none.db"))


def test_the_states_service_is_asked_where_the_settings_name_it(loaded, monkeypatch):
    monkeypatch.setenv("AICC_TEST_JUSO_KEY", "a-key")
    finder = open_finder(loaded, settings(juso=JUSO))
    assert isinstance(finder, JusoFirst)
    assert finder.search("세종대로 110")  # nobody answers there: the book does
    monkeypatch.delenv("AICC_TEST_JUSO_KEY")
    with pytest.raises(JusoKeyMissing, match="AICC_TEST_JUSO_KEY holds no key"):
        open_finder(loaded, settings(juso=JUSO))
    assert not isinstance(open_finder(loaded, settings()), JusoFirst)
