"""People: added once, changed, removed for good; one admin always stays."""

import threading
from datetime import UTC, datetime

import pytest

from voicebot.store import Store
from voicebot.store.people import LastAdmin, NameTaken, Person, SubjectTaken
from voicebot.store.sessions import SessionRow

KIM = Person("jiyeong", "김지영", "agent", ("일반", "배송"), "sip:7001@pbx.example")
ADMIN = Person("admin", "관리자", "admin")
ISSUER = "https://login.example"


def session(person: str, number: int = 1) -> SessionRow:
    at = datetime(2026, 11, 22, 3, 0, number, tzinfo=UTC)
    until = at.replace(hour=15)
    return SessionRow(f"{number:064x}", f"{number:012x}", "csrf", person, at, at, until, "10.0.0.1", "Firefox")


def test_somebody_is_found_as_they_were_added(store: Store) -> None:
    assert not store.people.is_somebody()
    added = store.people.add(KIM, "the hash")
    assert store.people.is_somebody()
    assert store.people.find("jiyeong") == added
    assert (added.shown_name, added.role, added.skills, added.phone) == ("김지영", "agent", ("일반", "배송"), KIM.phone)
    assert added.is_active and added.has_password and added.language == "ko" and added.max_chats == 3
    assert added.created_at is not None and added.created_at.tzinfo is not None
    assert store.people.password_hash("jiyeong") == "the hash"
    assert "the hash" not in repr(added)
    assert store.people.find("nobody") is None and store.people.password_hash("nobody") is None


@pytest.mark.parametrize("name", ["' OR 1=1 --", "%", "_iyeong", "JIYEONG", "jiyeong\0", "жiyeong", ""])
def test_nobody_is_found_by_a_name_that_is_only_alike(store: Store, name: str) -> None:
    store.people.add(KIM)
    found = store.people.find(name)
    assert found is None or name == "jiyeong\0"  # which is written, and asked for, without it
    assert len(store.people.all()) == 1


def test_what_is_written_is_data(store: Store) -> None:
    evil = "'); DROP TABLE people; --"
    store.people.add(Person("kim", evil, "agent", (evil,), evil), evil)
    [kim] = store.people.all()
    assert (kim.shown_name, kim.skills, kim.phone) == (evil, (evil,), evil)
    assert store.people.password_hash("kim") == evil


def test_a_name_is_given_once_and_never_again(store: Store) -> None:
    store.people.add(KIM)
    with pytest.raises(NameTaken):
        store.people.add(KIM)
    assert store.people.remove("jiyeong")
    assert store.people.find("jiyeong") is None and store.people.all() == []
    assert store.people.is_somebody(), "there was somebody"
    with pytest.raises(NameTaken):
        store.people.add(KIM)
    assert store.people.remove("jiyeong") is False


def test_whoever_is_removed_leaves_nothing_to_sign_in_with(store: Store) -> None:
    store.people.add(Person("kim", "김", "agent", oidc_issuer=ISSUER, oidc_subject="77"), "the hash")
    store.people.sessions.add(session("kim"))
    store.people.remove("kim")
    assert store.people.password_hash("kim") is None
    assert store.people.find_by_subject(ISSUER, "77") is None
    assert store.people.signed_in(session("kim").token_sha256) is None
    assert not store.people.set_password_hash("kim", "another")
    assert store.people.change("kim", is_active=True) is None
    store.people.add(Person("lee", "이", "agent", oidc_issuer=ISSUER, oidc_subject="77"))


def test_changes(store: Store) -> None:
    store.people.add(KIM)
    changed = store.people.change("jiyeong", role="supervisor", skills=("VIP",), phone="", language="en", max_chats=5)
    assert changed is not None and changed == store.people.find("jiyeong")
    assert (changed.role, changed.skills, changed.phone, changed.language, changed.max_chats) == (
        *("supervisor", ("VIP",), "", "en", 5),
    )
    assert store.people.change("jiyeong") == changed
    assert store.people.change("nobody", role="agent") is None
    with pytest.raises(ValueError, match="password_hash cannot be changed here"):
        store.people.change("jiyeong", password_hash="x")


def test_whoever_is_made_inactive_is_signed_out_at_once(store: Store) -> None:
    for name in ("kim", "lee"):
        store.people.add(Person(name, name, "agent"))
    store.people.sessions.add(session("kim", 1))
    store.people.sessions.add(session("lee", 2))
    store.people.change("kim", is_active=False)
    assert store.people.signed_in(session("kim", 1).token_sha256) is None
    found = store.people.signed_in(session("lee", 2).token_sha256)
    assert found is not None and found == (session("lee", 2), store.people.find("lee"))


def test_the_last_admin_stays(store: Store) -> None:
    store.people.add(ADMIN)
    store.people.add(KIM)
    with pytest.raises(LastAdmin):
        store.people.remove("admin")
    for change in ({"role": "agent"}, {"is_active": False}):
        with pytest.raises(LastAdmin):
            store.people.change("admin", **change)
    assert store.people.change("admin", role="admin", phone="7000") is not None
    store.people.change("jiyeong", role="admin", is_active=False)
    with pytest.raises(LastAdmin):
        store.people.remove("admin")  # one who is not active lets nobody in
    store.people.change("jiyeong", is_active=True)
    assert store.people.remove("admin")


def test_of_two_admins_who_remove_each_other_one_stays(store: Store) -> None:
    for name in ("anna", "bert"):
        store.people.add(Person(name, name, "admin"))
    both, refused = threading.Barrier(2), []

    def remove(name: str) -> None:
        both.wait()
        try:
            store.people.remove(name)
        except LastAdmin:
            refused.append(name)

    threads = [threading.Thread(target=remove, args=(name,)) for name in ("anna", "bert")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [person.name for person in store.people.all()] == refused
    assert len(refused) == 1


def test_a_password_is_replaced_only_where_it_is_still_the_same(store: Store) -> None:
    store.people.add(KIM, "old")
    assert not store.people.set_password_hash("jiyeong", "newer", instead_of="another")
    assert store.people.set_password_hash("jiyeong", "newer", instead_of="old")
    assert store.people.password_hash("jiyeong") == "newer"
    assert not store.people.set_password_hash("nobody", "x")


def test_a_subject_is_one_persons_with_its_issuer(store: Store) -> None:
    store.people.add(KIM)
    store.people.add(Person("lee", "이민수", "agent"))
    assert store.people.link("jiyeong", ISSUER, "77")
    assert not store.people.link("lee", ISSUER, "77"), "somebody else is known by it"
    assert not store.people.link("jiyeong", ISSUER, "78"), "known already"
    assert not store.people.link("nobody", ISSUER, "79")
    assert store.people.link("lee", "https://other.example", "77")
    found = store.people.find_by_subject(ISSUER, "77")
    assert found is not None and found.name == "jiyeong"
    with pytest.raises(SubjectTaken):
        store.people.add(Person("park", "박", "agent", oidc_issuer=ISSUER, oidc_subject="77"))
