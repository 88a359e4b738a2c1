"""``assist:`` in ``aicc.yaml``."""

import pytest

from aicc.settings import Settings, SettingsInvalid


@pytest.fixture
def loaded(site):
    def loaded(text):
        (site / "aicc.yaml").write_text(text)
        return Settings.load(site / "aicc.yaml").assist

    return loaded


def test_without_a_word_of_it_there_is_help(loaded):
    assist = loaded("")
    assert (assist.enabled, assist.threads, assist.addresses, assist.juso) == (True, 2, None, None)


def test_paths_are_beside_the_file_and_keys_come_by_environment(loaded, site):
    assist = loaded("assist: {enabled: false, threads: 4, addresses: books/korea.db, juso: {}}")
    assert not assist.enabled and assist.threads == 4
    assert assist.addresses == site / "books" / "korea.db"
    assert assist.juso.key_from == "AICC_JUSO_KEY"


@pytest.mark.parametrize(
    "wrong",
    ["{threads: 0}", "{threads: 65}", "{enabled: perhaps}", "{help: true}", "{juso: {key_from: 'a secret key'}}"],
)
def test_what_is_wrong_is_told(loaded, wrong):
    with pytest.raises(SettingsInvalid) as invalid:
        loaded(f"assist: {wrong}")
    assert "assist" in str(invalid.value)
    assert "a secret key" not in str(invalid.value)
