"""Voiceprints at rest: nobody reads them without the key, or under another name."""

import base64
import contextlib

import numpy as np
import pytest
from sqlalchemy import text

from assist.speaker.enrolment import Enrolment
from assist.speaker.vault import Vault, VaultError
from tests.assist.speaker.memory import NOON
from tests.assist.speaker.voices import RATE_HZ, speaker_model, voice
from voicebot.store import Store
from voicebot.store.database import Database

KEY = bytes(range(32))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/aicc.db"


@pytest.fixture
def table(url):
    with contextlib.closing(Store.open(url)) as store:
        yield store.voiceprints


@pytest.fixture(scope="module")
def model():
    return speaker_model()


@pytest.fixture
def enrolled(table, model):
    vault = Vault(table, KEY)
    vault.give_consent("010-1234-5678", NOON)
    return Enrolment(model, vault, 0.01).add("01012345678", "call", model.speech_in(voice(1, 4), RATE_HZ))


def change(url: str, statement: str, **values: object) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text(statement), values)
    database.close()


def sealed(url: str) -> bytes:
    database = Database(url)
    with database.reading() as connection:
        found: bytes = connection.execute(text("SELECT sealed FROM voiceprints")).scalar_one()
    database.close()
    return found


def test_what_was_kept_comes_back(table, enrolled):
    found = Vault(table, KEY).find("010-1234-5678")
    assert found is not None
    assert (found.customer, found.speech_ms, found.calls) == ("01012345678", 4_000, ("call",))
    assert np.array_equal(found.summed, enrolled.summed)
    assert found.model.is_same(enrolled.model)
    assert Vault(table, KEY).consented_at("01012345678") == NOON


def test_nothing_of_the_voice_lies_in_the_database(tmp_path, table, enrolled):
    files = b"".join(path.read_bytes() for path in tmp_path.glob("aicc.db*"))
    for numbers in (enrolled.summed, enrolled.embedding, enrolled.model.probe):
        for kind in (np.float16, np.float32, np.float64):
            raw = numbers.astype(kind).tobytes()
            assert raw not in files and raw[:16] not in files


def test_the_same_voice_is_never_sealed_the_same(url, table, enrolled):
    before = sealed(url)
    Vault(table, KEY).keep(enrolled)
    assert sealed(url)[9:] != before[9:]


def test_without_a_key_nothing_is_kept_or_read(table, enrolled):
    vault = Vault(table, None)
    for work in (vault.check_key, lambda: vault.find("01012345678"), lambda: vault.keep(enrolled)):
        with pytest.raises(VaultError, match=r"no key for voiceprints in AICC_VOICEPRINT_KEY.*openssl rand"):
            work()
    assert vault.find("nobody") is None
    assert vault.forget("01012345678"), "deleting needs no key"
    assert Vault(table, KEY).find("01012345678") is None


def test_a_wrong_key_is_told(table, enrolled):
    with pytest.raises(VaultError, match="01012345678 was encrypted with another key: give the one of its day"):
        Vault(table, bytes(32)).find("01012345678")


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: row[:-1],
        lambda row: row[:-1] + bytes([row[-1] ^ 1]),
        lambda row: row[:30] + bytes([row[30] ^ 1]) + row[31:],
        lambda row: row[:10] + bytes([row[10] ^ 1]) + row[11:],
        lambda row: b"\x02" + row[1:],
        lambda row: row[:5],
        lambda row: b"",
    ],
)
def test_a_damaged_row_is_told(url, table, enrolled, damage):
    change(url, "UPDATE voiceprints SET sealed = :sealed", sealed=damage(sealed(url)))
    with pytest.raises(VaultError, match="is damaged: forget it, and enrol anew"):
        Vault(table, KEY).find("01012345678")


def test_a_row_of_another_customer_or_model_does_not_open(url, table, enrolled):
    change(url, "UPDATE voiceprints SET customer = '011'")
    with pytest.raises(VaultError, match="damaged"):
        Vault(table, KEY).find("011")
    change(url, "UPDATE voiceprints SET customer = '01012345678', model = 'other'")
    with pytest.raises(VaultError, match="damaged"):
        Vault(table, KEY).find("01012345678")


def test_forgetting_takes_everything(url, table, enrolled):
    vault = Vault(table, KEY)
    assert vault.forget("010-1234-5678") and not vault.forget("010-1234-5678")
    assert vault.find("01012345678") is None and vault.consented_at("01012345678") is None
    assert not vault.keep(enrolled), "consent is gone"
    assert vault.all() == []


def test_the_key_is_read_from_its_variable(table):
    coded = base64.b64encode(KEY).decode()
    Vault.open(table, "OURS", {"OURS": coded}).check_key()
    Vault.open(table, "OURS", {"OURS": KEY.hex()}).check_key()
    for environment in ({}, {"OURS": ""}):
        with pytest.raises(VaultError, match="in OURS"):
            Vault.open(table, "OURS", environment).check_key()
    for bad in ("short", coded[:20], "가"):
        with pytest.raises(VaultError, match="what is in OURS is no key of 32 bytes") as told:
            Vault.open(table, "OURS", {"OURS": bad})
        assert bad not in str(told.value)
