"""Digest as a server: right, wrong, stale and none, replay, and nothing to be learned from the answers."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import VirtualClock
from voicebot.doors.sip.challenger import NONCE_S, Challenger, Checked
from voicebot.doors.sip.digest import answer_to, credentials, parameters_of, quoted
from voicebot.doors.sip.message import Request, Response, read

USERS = {"kim": "geheim", "lee": 'a "b", \\c', "empty": ""}
RIGHT_KIM = Checked("right", "kim")
SOURCE = "192.0.2.1"


@pytest.fixture
def clock():
    return VirtualClock(1_000_000)


@pytest.fixture
def challenger(clock):
    return Challenger("aicc", now_s=lambda: clock.ms / 1000)


def request(method="INVITE"):
    message = read(
        f"{method} sip:bot@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n"
        f"From: <sip:a@a.example>;tag=1\r\nTo: <sip:bot@b.example>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n".encode()
    )
    assert isinstance(message, Request)
    return message


def refused(challenger, source=SOURCE, **how):
    response = Response(401, "Unauthorized")
    for name, value in challenger.challenge(source, **how):
        response.headers.add(name, value)
    return response


def signed(response, username="kim", password="geheim", **how):
    message = request()
    message.headers.add(*credentials(message, response, username, password, **how))
    return message


def by_hand(refusal, /, **changes):
    """Credentials whose fields are changed after, or where that is to be right before, the reckoning."""
    message = signed(refusal)
    [(_, given)] = parameters_of(message.headers["Authorization"])
    given |= changes
    if "response" not in changes:
        given["response"] = answer_to(
            given, method="INVITE", uri=given["uri"], username=given["username"], password="geheim",
            nonce_count=given.get("nc") or "", cnonce=given.get("cnonce") or "",
        )  # fmt: skip
    value = ", ".join(f"{name}={quoted(value)}" for name, value in given.items() if value is not None)
    message.headers.set("Authorization", f"Digest {value}")
    return message


def check(challenger, message, source=SOURCE):
    return challenger.check(message, USERS.get, source)


def test_right(challenger):
    assert check(challenger, signed(refused(challenger))) == RIGHT_KIM


def test_odd_passwords(challenger):
    assert check(challenger, signed(refused(challenger), "lee", USERS["lee"])).verdict == "right"
    assert check(challenger, signed(refused(challenger), "empty", "")).verdict == "right"
    assert check(challenger, signed(refused(challenger), "empty", "x")).verdict == "wrong"


def test_both_algorithms_are_offered_and_taken(challenger):
    offered = [parameters_of(value)[0][1] for _, value in challenger.challenge()]
    assert [found["algorithm"] for found in offered] == ["SHA-256", "MD5"]
    assert {found["nonce"] for found in offered} == {offered[0]["nonce"]}
    response = refused(challenger)
    response.headers.setlist("WWW-Authenticate", response.headers.getlist("WWW-Authenticate")[1:])
    assert check(challenger, signed(response)) == RIGHT_KIM


@pytest.mark.parametrize("algorithm", ["SHA-512-256", "SHA-256-sess", "MD5-sess", "md5"])
def test_other_algorithms_by_setting(algorithm):
    challenger = Challenger("aicc", algorithms=(algorithm,))
    assert check(challenger, signed(refused(challenger))) == RIGHT_KIM
    assert check(challenger, signed(refused(challenger), password="other")).verdict == "wrong"


def test_an_unknown_algorithm_is_an_error():
    with pytest.raises(ValueError, match="SHA-1"):
        Challenger("aicc", algorithms=("SHA-1",))


class TestNothingToLearn:
    def test_unknown_user_and_wrong_password_are_the_same(self, challenger):
        assert check(challenger, signed(refused(challenger), password="other")) == Checked("wrong")
        assert check(challenger, signed(refused(challenger), "nobody")) == Checked("wrong")

    def test_both_cost_the_same_reckoning(self, challenger, monkeypatch):
        hashed = []
        real = hashlib.new
        monkeypatch.setattr(
            hashlib, "new", lambda name, data, **how: hashed.append(len(data)) or real(name, data, **how)
        )
        known, unknown = signed(refused(challenger), "kim", "x"), signed(refused(challenger), "kin", "x")
        hashed.clear()
        check(challenger, known)
        costs_known = len(hashed)
        check(challenger, unknown)
        assert len(hashed) == 2 * costs_known > 0

    def test_a_nonce_that_is_not_ours_says_nothing_about_the_password(self, challenger):
        other = Challenger("aicc")
        right, wrong = signed(refused(other)), signed(refused(other), password="other")
        assert check(challenger, right) == check(challenger, wrong) == Checked("stale")

    def test_the_nonce_of_another_source_is_stale(self, challenger):
        assert check(challenger, signed(refused(challenger)), "192.0.2.2") == Checked("stale")


class TestAge:
    def test_a_nonce_gets_stale(self, challenger, clock):
        early, late = signed(refused(challenger)), signed(refused(challenger))
        clock.pass_ms(1000 * NONCE_S)
        assert check(challenger, early).verdict == "right"
        clock.pass_ms(1)
        assert check(challenger, late).verdict == "stale"

    def test_a_stale_challenge_says_so(self, challenger):
        assert all("stale=true" in value for _, value in challenger.challenge(is_stale=True))
        assert not any("stale" in value for _, value in challenger.challenge())


class TestReplay:
    def test_each_count_once_and_rising(self, challenger):
        response = refused(challenger)
        said = {count: signed(response, nonce_count=count) for count in (1, 2, 3)}
        verdicts = [check(challenger, said[count]).verdict for count in (1, 1, 3, 2, 3)]
        assert verdicts == ["right", "stale", "right", "stale", "stale"]

    def test_a_wrong_answer_uses_nothing_up(self, challenger):
        response = refused(challenger)
        assert check(challenger, signed(response, password="other", nonce_count=9)).verdict == "wrong"
        assert check(challenger, signed(response)).verdict == "right"

    def test_without_a_count_a_nonce_is_good_once(self, challenger):
        old = by_hand(refused(challenger), qop=None, nc=None, cnonce=None)
        assert check(challenger, old).verdict == "right"
        assert check(challenger, old).verdict == "stale"

    def test_the_table_is_bounded_and_what_fell_out_stays_used(self, clock):
        challenger = Challenger("aicc", most_nonces=10, now_s=lambda: clock.ms / 1000)
        said = []
        for _ in range(20):
            said.append(signed(refused(challenger)))
            clock.pass_ms(10)
        assert all(check(challenger, message).verdict == "right" for message in said)
        assert all(check(challenger, message).verdict == "stale" for message in said)
        assert len(challenger._counts) == 10

    def test_old_nonces_leave_the_table(self, challenger, clock):
        check(challenger, signed(refused(challenger)))
        clock.pass_ms(1000 * NONCE_S + 1)
        check(challenger, signed(refused(challenger)))
        assert len(challenger._counts) == 1


class TestNone:
    def test_without_credentials(self, challenger):
        assert check(challenger, request()) == Checked("none")

    @pytest.mark.parametrize(
        "changes",
        [
            {"qop": "auth-int"},
            {"algorithm": "SHA-512-256"},
            {"realm": "another"},
            {"username": None, "response": "0"},
            {"nc": None},
            {"nc": "1", "response": "0"},
            {"nc": "0000000x", "response": "0"},
            {"cnonce": None},
            {"qop": None},
        ],
    )
    def test_what_was_not_asked_for(self, challenger, changes):
        if changes.get("username", "") is None:
            message = signed(refused(challenger))
            message.headers.set("Authorization", message.headers["Authorization"].replace("username=", "name="))
        else:
            message = by_hand(refused(challenger), **changes)
        assert check(challenger, message) == Checked("none")

    def test_credentials_for_others_stand_beside_ours(self, challenger):
        message = signed(refused(challenger))
        ours = message.headers["Authorization"]
        message.headers.setlist("Authorization", ['Digest realm="other", username="x"', "Basic eDp5", ours])
        assert check(challenger, message) == RIGHT_KIM


@pytest.mark.parametrize("nonce", ["", "x", "é", "AAAA", "A" * 44, "=" * 44])
def test_no_nonce_is_too_odd(challenger, nonce):
    assert check(challenger, by_hand(refused(challenger), nonce=nonce, response="0")) == Checked("stale")


@pytest.mark.parametrize("answer", ["", "é", "0" * 64])
def test_no_answer_is_too_odd(challenger, answer):
    assert check(challenger, by_hand(refused(challenger), response=answer)) == Checked("wrong")


def test_small_things_are_not_held_against_a_client(challenger):
    message = by_hand(refused(challenger), qop="AUTH", algorithm="sha-256")
    assert check(challenger, message) == RIGHT_KIM
    message = signed(refused(challenger))
    [(_, given)] = parameters_of(message.headers["Authorization"])
    shouted = message.headers["Authorization"].replace(given["response"], given["response"].upper())
    message.headers.set("Authorization", shouted.replace("Digest", "DIGEST").replace("nonce=", "Nonce="))
    assert check(challenger, message) == RIGHT_KIM


def test_the_method_is_bound(challenger):
    message = signed(refused(challenger))
    message.method = "BYE"
    assert check(challenger, message) == Checked("wrong")


@given(st.lists(st.sampled_from(["username", "realm", "nonce", "uri", "response", "qop", "nc", "cnonce", "algorithm"])),
       st.text(), st.sampled_from(["aicc", "md5", "SHA-256", "auth", "00000001", "\udcff", ""]))  # fmt: skip
def test_no_credentials_are_too_odd(names, text, word):
    message = request()
    values = {"realm": "aicc"} | {name: word if index % 2 else text for index, name in enumerate(names)}
    value = ", ".join(f"{name}={quoted(value)}" for name, value in values.items())
    message.headers.setlist("Authorization", [f"Digest {value}", text])
    assert check(Challenger("aicc"), message).verdict in ("none", "stale")
