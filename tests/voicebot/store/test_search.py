"""What was said is found again by any two letters of it, and only that."""

import random
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.voicebot.store.sample_calls import NOON, call_id_at, ended, logged, said, started
from voicebot.store import Store, search
from voicebot.store.database import Database
from voicebot.store.folding import folded
from voicebot.store.recorded import Wanted
from voicebot.store.search import place_of


def talk(store: Store, number: int, *written: str) -> str:
    call_id = call_id_at(NOON + timedelta(minutes=number))
    turns = [said(turn, one) for turn, one in enumerate(written, 1)]
    store.write(logged(call_id, started(), *turns, ended()))
    return call_id


def found(store: Store, wanted: str) -> list[str]:
    return [one.call.call_id for one in store.recorded.find(Wanted(text=wanted))]


SAID = (
    ("배송 언제 와요", "환불해 주세요"),
    ("불환이라는 말도 있나요", "35,000원 100% 돌려 주세요"),
    ('따옴표 "안에" 있는 말', "it's a Wi-Fi_router", "이모지 😀 안녕"),
    ("김_이 박%최 \\역슬래시", "가나다", "나가다"),
)


@pytest.fixture
def four(store: Store) -> list[str]:
    return [talk(store, number, *written) for number, written in enumerate(SAID)]


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        ("환불", [0]),
        ("불해주", [0]),
        ("배송언제", [0]),
        ("  배 송  ", [0]),
        (unicodedata.normalize("NFD", "환불"), [0]),
        ("불환", [1]),
        ("35,000", [1]),
        ("100%", [1]),
        ("0%", [1]),
        ("%", [1, 3]),
        ("_", [2, 3]),
        ('"안에"', [2]),
        ("IT'S", [2]),
        ("wi-fi_", [2]),
        ("😀안", [2]),
        ("_이", [3]),
        ("\\역", [3]),
        ("가나다", [3]),
        ("나다", [3]),
        ("나가다", [3]),
        ("다나", []),
        ("와요환불", []),  # not across turns
        ("요\n환", []),
        ("주세요", [0, 1]),
        ("OR 1=1", []),
        ('" OR pairs', []),
        ("*", []),
        ("환불" * 3_000, []),
    ],
)
def test_found_by_any_letters(store: Store, four: list[str], wanted: str, calls: list[int]) -> None:
    assert found(store, wanted) == [four[number] for number in reversed(calls)]


def test_the_first_place_is_told(store: Store) -> None:
    talk(store, 0, "네", unicodedata.normalize("NFD", "그럼 환불해 주세요"), "환불해 주시는 거죠")
    hit = store.recorded.find(Wanted(text="불해주"))[0].hit
    assert hit is not None
    assert (hit.seq, hit.side, hit.at_ms, hit.text) == (2, "caller", 200, "그럼 환불해 주세요")
    assert hit.text[hit.start : hit.end] == "불해 주"


def test_what_is_said_everywhere_is_found_on_the_way_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW_TURNS", 3)
    calls = [talk(store, number, "환불", "배송" if number % 2 else "주소") for number in range(9)]
    assert found(store, "환불") == calls[::-1]
    assert found(store, "주소") == calls[::-2]
    assert found(store, "배송") == calls[-2::-2]


def test_what_is_forgotten_is_in_no_index(store: Store, four: list[str], url: str) -> None:
    for call_id in four[:2]:
        assert store.forget(call_id)
    assert found(store, "환불") == found(store, "100%") == []
    assert found(store, "가나다") == [four[3]]
    again = talk(store, 0, "교환해 주세요")  # the same id
    assert again == four[0] and found(store, "교환") == [again] and found(store, "환불") == []
    database = Database(url)
    if database.is_sqlite:
        with database.reading() as connection:
            token = search._token("환불")
            query = text("SELECT count(*) FROM turn_search WHERE turn_search MATCH :token")
            assert connection.scalar(query, {"token": token}) == 0
            assert connection.scalar(text("SELECT count(*) FROM turn_search_calls")) == 3
    database.close()


def test_a_batch_twice_is_found_once(store: Store) -> None:
    for _ in range(2):
        call_id = talk(store, 0, "환불해 주세요")
    assert found(store, "환불") == [call_id]


def test_calls_of_before_the_index_are_found(url: str) -> None:
    from voicebot.store import migrations

    Store.open(url).close()
    database = Database(url)
    migrations.downgrade(database, "0005")
    call_id = call_id_at(NOON)
    with database.writing() as connection:
        connection.execute(
            text("INSERT INTO calls (call_id, started_at, state) VALUES (:id, :at, 'ended')"),
            {"id": call_id, "at": "2026-11-22 03:00:00"},
        )
        connection.execute(
            text(
                "INSERT INTO turns (call_id, seq, turn, side, spoken, written, at_ms, folded) "
                "VALUES (:id, 4, 1, 'caller', '환불', '환불', 100, '환불')"
            ),
            {"id": call_id},
        )
        for seq, kind, payload in (
            (5, "handoff_requested", '{"skill": "배송"}'),
            (6, "handoff_requested", '{"skill": "환불"}'),
            (8, "wrapped_up", '{"code": "", "suggested_code": "refund"}'),
        ):
            connection.execute(
                text(
                    "INSERT INTO events (call_id, seq, at_ms, type, payload) VALUES (:id, :seq, 0, :kind, "
                    + (":payload)" if database.is_sqlite else "CAST(:payload AS JSON))")
                ),
                {"id": call_id, "seq": seq, "kind": kind, "payload": payload},
            )
    database.close()
    store = Store.open(url)
    one = store.recorded.find(Wanted(text="환불"))[0].call
    assert (one.call_id, one.skill, one.code) == (call_id, "배송", "refund")
    store.close()


LETTERS = st.text("가나다환불 ab\"%_\\'\nA", max_size=12)


def test_the_index_finds_what_a_look_at_every_turn_finds(store: Store) -> None:
    chance = random.Random(7)
    letters = "가나다환불 ab\"%_\\'A"
    lines = ["".join(chance.choices(letters, k=chance.randrange(1, 9))) for _ in range(60)]
    calls = [talk(store, number, line) for number, line in enumerate(lines)]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(LETTERS)
    def agree(wanted: str) -> None:
        among = [call for call, line in zip(calls, lines, strict=True) if folded(wanted) in folded(line)]
        assert found(store, wanted) == among[:-51:-1]

    agree()


@given(LETTERS, LETTERS, LETTERS)
@settings(deadline=None)
def test_a_place_folds_to_what_was_looked_for(before: str, wanted: str, after: str) -> None:
    whole = before + wanted + after
    place = place_of(folded(wanted), whole)
    if not folded(wanted):
        assert place is None
    else:
        assert place is not None
        assert folded(whole[slice(*place)]) == folded(wanted)
