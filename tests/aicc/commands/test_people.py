"""``aicc people``: who may sign in, from the machine itself."""

import json

import pytest

from aicc.service.people import passwords
from aicc.service.people.passwords import Passwords
from tests.aicc.service.people.conftest import CHEAP
from voicebot.store import Store


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(passwords, "PasswordHasher", lambda: CHEAP)


def line(result, exit_code=0):
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    return json.loads(only)


def matches(site, name, password):
    store = Store.open(f"sqlite:///{site}/data/aicc.db")
    hashed = store.people.password_hash(name)
    store.close()
    checking = Passwords()
    try:
        return checking._verify(hashed, password)
    finally:
        checking.close()


def test_added_listed_changed_and_removed(aicc, site):
    shown = ("--shown-name", "김상담", "--skills", "일반,배송", "--phone", "sip:7001@pbx.example")
    added = line(aicc("people", "add", "Kim", "--role", "agent", *shown, "--json"))
    assert added | {"password": ""} == {"name": "kim", "role": "agent", "password": ""}
    assert matches(site, "kim", added["password"])
    [kim] = line(aicc("people", "list", "--json"))["people"]
    assert kim == {
        "name": "kim",
        "shown_name": "김상담",
        "role": "agent",
        "skills": ["일반", "배송"],
        "phone": "sip:7001@pbx.example",
        "is_active": True,
        "signs_in_by": "password",
    }
    assert "김상담  agent  일반, 배송" in aicc("people", "list").stdout
    changed = line(aicc("people", "password", "kim", "--json"))
    assert changed["password"] != added["password"] and matches(site, "kim", changed["password"])
    assert line(aicc("people", "remove", "kim", "--json")) == {"name": "kim"}
    assert aicc("people", "list").stdout == "nobody\n"
    for again in (("password", "kim"), ("remove", "kim")):
        assert line(aicc("people", *again, "--json"), 1)["error"] == 'nobody is called "kim": see "aicc people list"'
    assert line(aicc("people", "add", "kim", "--json"), 1)["error"].startswith('"kim" is or was somebody')


def test_a_password_of_the_environment(aicc, site, monkeypatch):
    monkeypatch.setenv("AICC_FIRST_KEY", "김치찌개 두 그릇 주세요")
    answer = aicc("people", "add", "kim", "--password-from", "AICC_FIRST_KEY")
    assert answer.stdout == "kim (agent) may sign in\n" and matches(site, "kim", "김치찌개 두 그릇 주세요")
    monkeypatch.setenv("AICC_FIRST_KEY", "short")
    told = line(aicc("people", "password", "kim", "--password-from", "AICC_FIRST_KEY", "--json"), 1)
    assert told["error"].startswith("a password has 10 to 256 characters")
    monkeypatch.delenv("AICC_FIRST_KEY")
    told = line(aicc("people", "add", "lee", "--password-from", "AICC_FIRST_KEY", "--json"), 1)
    assert told["error"].startswith("AICC_FIRST_KEY holds no password: ")


def test_people_of_the_companys_login_have_none(aicc):
    assert line(aicc("people", "add", "kim", "--with-oidc", "--json")) == {"name": "kim", "role": "agent"}
    assert line(aicc("people", "list", "--json"))["people"][0]["signs_in_by"] == "oidc"


def test_the_last_admin_stays(aicc):
    line(aicc("people", "add", "boss", "--role", "admin", "--json"))
    told = line(aicc("people", "remove", "boss", "--json"), 1)
    assert told["error"] == '"boss" is the last admin: make somebody else one first'


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("김지영",), "name does not fit: write 1 to 64 small letters"),
        (("kim", "--role", "root"), "role does not fit: "),
        (("kim", "--phone", "x y"), "phone does not fit: write sip:NAME@HOST"),
        (("kim", "--shown-name", "a\u202eb"), "shown_name does not fit: "),
    ],
)
def test_what_does_not_fit_is_one_line(aicc, arguments, error):
    assert line(aicc("people", "add", *arguments, "--json"), 1)["error"].startswith(error)
    assert line(aicc("people", "list", "--json")) == {"people": []}
