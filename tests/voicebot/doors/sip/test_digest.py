"""Digest as a client: the RFCs' own examples, several challenges, quotes and commas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.doors.sip.digest import (
    LONGEST_CHARACTERS,
    answer_to,
    authorize,
    credentials,
    parameters_of,
    quoted,
    renew,
    strongest_challenge,
)
from voicebot.doors.sip.message import Request, Response, read


def request(method="REGISTER", uri="sip:registrar.example"):
    message = read(
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@a.example>;tag=1\r\n"
        f"To: <sip:a@a.example>\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n".encode()
    )
    assert isinstance(message, Request)
    return message


def refusal(*challenges, code=401):
    response = Response(code, "No")
    for challenge in challenges:
        response.headers.add("WWW-Authenticate" if code == 401 else "Proxy-Authenticate", challenge)
    return response


def given_in(message, name="Authorization"):
    return [found for value in message.headers.getlist(name) for found in parameters_of(value)]


class TestReckoning:
    def test_the_example_of_rfc_2617(self):
        challenge = {"realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
        assert (
            answer_to(
                challenge,
                method="GET",
                uri="/dir/index.html",
                username="Mufasa",
                password="Circle Of Life",
                nonce_count="00000001",
                cnonce="0a4f113b",
            )
            == "6629fae49393a05397450978507c4ef1"
        )

    @pytest.mark.parametrize(
        ("algorithm", "answer"),
        [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ],
    )
    def test_the_examples_of_rfc_7616(self, algorithm, answer):
        challenge = {
            "realm": "http-auth@example.org",
            "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "algorithm": algorithm,
        }
        assert (
            answer_to(
                challenge,
                method="GET",
                uri="/dir/index.html",
                username="Mufasa",
                password="Circle of Life",
                nonce_count="00000001",
                cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            )
            == answer
        )

    def test_without_qop_as_in_rfc_2069(self):
        challenge = {"realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
        plain = answer_to(challenge, method="GET", uri="/dir/index.html", username="Mufasa", password="CircleOfLife")
        assert plain == "1949323746fe6a43ef61f9606e7febea"  # of RFC 2069, as its erratum corrects it

    def test_a_session_binds_the_client_nonce_into_the_secret(self):
        challenge = {"realm": "r", "nonce": "n", "algorithm": "MD5-sess"}
        words = {"method": "INVITE", "uri": "sip:b", "username": "u", "password": "p"}
        # md5(md5(md5("u:r:p") + ":n:c") + ":n:00000001:c:auth:" + md5("INVITE:sip:b")), by another tool
        assert answer_to(challenge, nonce_count="00000001", cnonce="c", **words) == "0811fc7be163197304e351928c016fac"


class TestReading:
    def test_commas_and_escapes_within_quotes_and_names_in_any_case(self):
        text = r'DIGEST Realm="a, \"b\" \\ c=d" ,NONCE = "n,onc=e",algorithm=md5 , qop="auth,auth-int"'
        assert parameters_of(text) == [
            ("digest", {"realm": r'a, "b" \ c=d', "nonce": "n,onc=e", "algorithm": "md5", "qop": "auth,auth-int"})
        ]

    def test_two_challenges_on_one_line(self):
        text = 'Digest realm="a", nonce="1", Basic realm="b", Digest realm="c",nonce="2"'
        assert [(scheme, found["realm"]) for scheme, found in parameters_of(text)] == [
            ("digest", "a"),
            ("basic", "b"),
            ("digest", "c"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Digest",
            'realm="a"',
            'Digest realm="a',
            'Digest realm="a" nonce="b"',
            'Digest realm="a", realm="b"',
            "Basic dXNlcjpwYXNz",
            'Digest realm="' + LONGEST_CHARACTERS * "a" + '"',
        ],
    )
    def test_what_cannot_be_read_says_nothing(self, text):
        assert parameters_of(text) == []

    @given(st.text())
    def test_whatever_is_quoted_is_read_again(self, text):
        assert parameters_of(f"Digest realm={quoted(text)}, nonce=1") == [("digest", {"realm": text, "nonce": "1"})]

    @given(st.text(alphabet='Digest ="\\,\n\t'))
    def test_no_text_is_too_odd(self, text):
        parameters_of(text)


class TestChoosing:
    def test_the_strongest_that_is_known(self):
        response = refusal(
            'Digest realm="a", nonce="1", algorithm=MD5, qop="auth"',
            'Digest realm="a", nonce="2", algorithm=SHA3-256, qop="auth"',
            'Digest realm="a", nonce="3", algorithm=SHA-256, qop="auth,auth-int"',
            'Basic realm="a"',
        )
        assert strongest_challenge(response)["nonce"] == "3"

    @pytest.mark.parametrize(
        "challenge",
        [
            'Digest realm="a", nonce="1", qop="auth-int"',
            'Digest realm="a", nonce="1", algorithm=SHA3-256',
            'Digest nonce="1"',
            'Bearer realm="a"',
        ],
    )
    def test_none_where_nothing_is_known(self, challenge):
        assert credentials(request(), refusal(challenge), "u", "p") is None
        assert not authorize(request(), refusal(challenge), "u", "p")

    def test_no_refusal_is_no_challenge(self):
        response = refusal('Digest realm="a", nonce="1"')
        response.code = 403
        assert credentials(request(), response, "u", "p") is None


class TestAnswering:
    def test_all_that_was_asked_is_given_back(self):
        response = refusal('Digest realm="a \\"b\\"", nonce="1,2", algorithm=SHA-256, qop="auth", opaque="o"')
        name, value = credentials(request(), response, 'u"', "p", nonce_count=17, cnonce="c")
        assert name == "Authorization"
        [(scheme, found)] = parameters_of(value)
        expected = answer_to(
            found, method="REGISTER", uri="sip:registrar.example", username='u"', password="p",
            nonce_count="00000011", cnonce="c",
        )  # fmt: skip
        assert (scheme, found) == (
            "digest",
            {
                "username": 'u"',
                "realm": 'a "b"',
                "nonce": "1,2",
                "uri": "sip:registrar.example",
                "response": expected,
                "algorithm": "SHA-256",
                "qop": "auth",
                "nc": "00000011",
                "cnonce": "c",
                "opaque": "o",
            },
        )

    def test_an_old_challenge_gets_an_old_answer(self):
        _, value = credentials(request(), refusal('Digest realm="a", nonce="1"'), "u", "p")
        assert parameters_of(value)[0][1].keys() == {"username", "realm", "nonce", "uri", "response"}

    def test_a_proxys_challenge_is_answered_to_the_proxy(self):
        message = request()
        assert authorize(message, refusal('Digest realm="a", nonce="1"', code=407), "u", "p")
        assert given_in(message) == []
        assert given_in(message, "Proxy-Authorization")[0][1]["realm"] == "a"

    def test_the_same_password_is_not_tried_twice_unless_the_nonce_was_stale(self):
        message = request()
        assert authorize(message, refusal('Digest realm="a", nonce="1"'), "u", "p")
        assert not authorize(message, refusal('Digest realm="a", nonce="2"'), "u", "p")
        assert authorize(message, refusal('Digest realm="a", nonce="3", stale=TRUE'), "u", "p")
        assert [found["nonce"] for _, found in given_in(message)] == ["3"]

    def test_another_realm_is_answered_beside_the_first(self):
        message = request()
        assert authorize(message, refusal('Digest realm="a", nonce="1"'), "u", "p")
        assert authorize(message, refusal('Digest realm="b", nonce="2"'), "u", "p")
        assert [found["realm"] for _, found in given_in(message)] == ["a", "b"]

    def test_what_is_sent_again_counts_up(self):
        message = request()
        authorize(message, refusal('Digest realm="a", nonce="1", qop="auth", opaque="o"'), "u", "p")
        renew(message, "u", "p")
        [(_, found)] = given_in(message)
        assert (found["nc"], found["nonce"], found["opaque"]) == ("00000002", "1", "o")
        assert found["response"] == answer_to(
            found, method="REGISTER", uri="sip:registrar.example", username="u", password="p",
            nonce_count="00000002", cnonce=found["cnonce"],
        )  # fmt: skip
