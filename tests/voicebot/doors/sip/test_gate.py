"""Who is let in, who is asked, who is dropped, and what that costs."""

import logging

import pytest

from tests.fakes.clock import VirtualClock
from voicebot.doors.sip import gate as gates
from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.digest import credentials
from voicebot.doors.sip.gate import BAN_S, BURST, MOST_WRONGS, STRANGERS_BURST, Gate, group_of
from voicebot.doors.sip.message import Request, Response, read

STRANGER = "203.0.113.7"


class Side:
    def __init__(self, trusted=("192.0.2.0/24", "2001:db8:1::5", "2001:db8:2::/48"), **limits):
        self.clock = VirtualClock()
        challenger = Challenger("aicc", now_s=self.now_s)
        self.gate = Gate(trusted, challenger, {"kim": "geheim"}.get, now_s=self.now_s, **limits)

    def now_s(self):
        return self.clock.ms / 1000

    def pass_s(self, seconds):
        self.clock.pass_ms(1000 * seconds)

    def try_password(self, password, host=STRANGER, username="kim"):
        response = Response(401, "Unauthorized")
        for name, value in self.gate.judge(request(), host).headers:
            response.headers.add(name, value)
        message = request()
        found = credentials(message, response, username, password)
        if found is not None:
            message.headers.add(*found)
        return self.gate.judge(message, host)

    def let_in(self, datagrams, host=STRANGER):
        return sum(self.gate.lets_in(host) for _ in range(datagrams))


@pytest.fixture
def side():
    return Side()


def request(method="INVITE", to="<sip:bot@b.example>", agent="phone", user="bot"):
    message = read(
        f"{method} sip:{user}@b.example SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\n"
        f"From: <sip:a@a.example>;tag=1\r\nTo: {to}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\nUser-Agent: {agent}\r\n\r\n"
        "".encode()
    )
    assert isinstance(message, Request)
    return message


class TestTrusted:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "127.9.9.9", "::1", "192.0.2.200", "::ffff:192.0.2.1", "2001:db8:1::5", "2001:db8:2:7::1"]
    )
    def test_listed_networks_and_loopback_are_in(self, side, host):
        assert side.gate.trusts(host)
        assert side.let_in(2 * int(BURST), host) == 2 * BURST
        assert side.gate.judge(request(agent="sipvicious"), host).is_in

    @pytest.mark.parametrize("host", [STRANGER, "2001:db8:1::6", "2001:db8:3::1", "::2", "no address", ""])
    def test_others_are_not(self, side, host):
        side.gate.trusts("2001:db8:1::5")
        assert not side.gate.trusts(host)
        assert side.gate.judge(request(), host).decision == "challenge"

    def test_what_is_no_network_is_said(self):
        with pytest.raises(ValueError, match="pbx"):
            Side(("pbx",))


class TestStrangers:
    @pytest.mark.parametrize("method", ["INVITE", "REGISTER", "REFER", "OPTIONS", "MESSAGE", "SUBSCRIBE", "NOSUCH"])
    def test_are_asked_for_a_password_whatever_they_want(self, side, method):
        admission = side.gate.judge(request(method), STRANGER)
        assert admission.decision == "challenge"
        assert {name for name, _ in admission.headers} == {"WWW-Authenticate"}
        assert admission.delay_s == 0

    def test_are_in_with_the_right_one(self, side):
        admission = side.try_password("geheim")
        assert (admission.decision, admission.username) == ("in", "kim")

    @pytest.mark.parametrize("method", ["ACK", "CANCEL", "BYE", "INVITE"])
    def test_within_a_dialog_the_dialog_judges(self, side, method):
        assert side.gate.judge(request(method, to="<sip:bot@b.example>;tag=2"), STRANGER).is_in

    @pytest.mark.parametrize("method", ["ACK", "CANCEL"])
    def test_what_nobody_can_be_asked_for_is_in(self, side, method):
        assert side.gate.judge(request(method), STRANGER).is_in

    def test_scanners_that_give_their_names_are_dropped_but_not_whom_they_pretend_to_be(self, side):
        assert side.gate.judge(request("REGISTER", agent="Friendly-Scanner"), STRANGER).decision == "drop"
        assert side.gate.judge(request(), STRANGER).decision == "challenge"

    def test_a_stale_nonce_is_told_and_costs_nothing(self, side):
        message = request()
        other = Response(401, "Unauthorized")
        for name, value in Challenger("aicc").challenge():
            other.headers.add(name, value)
        message.headers.add(*credentials(message, other, "kim", "wrong"))
        for _ in range(100):
            admission = side.gate.judge(message, STRANGER)
            assert admission.delay_s == 0
            assert "stale=true" in admission.headers[0][1]


class TestWrongPasswords:
    def test_slow_down_then_are_not_heard_then_may_try_again(self, side):
        admissions = [side.try_password("wrong") for _ in range(MOST_WRONGS)]
        assert [admission.delay_s for admission in admissions[:8]] == [0, 0, 0.5, 1, 2, 4, 8, 8]
        assert [admission.decision for admission in admissions] == (MOST_WRONGS - 1) * ["challenge"] + ["drop"]
        assert not side.gate.lets_in(STRANGER)
        assert side.try_password("geheim").decision == "drop"
        assert side.try_password("geheim", "203.0.113.8").is_in
        side.pass_s(BAN_S)
        assert side.gate.lets_in(STRANGER)
        assert side.try_password("geheim").is_in

    def test_a_right_one_that_comes_too_late_is_not_heard_either(self, side):
        response = Response(401, "Unauthorized")
        for name, value in side.gate.judge(request(), STRANGER).headers:
            response.headers.add(name, value)
        late = request()
        late.headers.add(*credentials(late, response, "kim", "geheim"))
        for _ in range(MOST_WRONGS):
            side.try_password("wrong")
        assert side.gate.judge(late, STRANGER).decision == "drop"

    def test_known_and_unknown_users_are_slowed_down_alike(self):
        known, unknown = Side(), Side()
        for _ in range(MOST_WRONGS):
            one, other = known.try_password("wrong"), unknown.try_password("wrong", username="nobody")
            assert (one.decision, one.delay_s) == (other.decision, other.delay_s)

    def test_a_right_one_in_between_does_not_help_a_guesser(self, side):
        for _ in range(MOST_WRONGS - 1):
            side.try_password("wrong")
            side.try_password("geheim")
        assert side.try_password("wrong").decision == "drop"

    def test_are_forgiven_one_a_minute(self, side):
        for _ in range(4):
            side.try_password("wrong")
        side.pass_s(120)
        assert side.try_password("wrong").delay_s == 0.5
        side.pass_s(3600)
        assert side.try_password("wrong").delay_s == 0

    def test_are_logged_with_address_and_count_but_no_password(self, side, caplog):
        side.pass_s(10)
        for _ in range(MOST_WRONGS):
            side.try_password("letmein")
        [line] = [record.getMessage() for record in caplog.records]
        assert STRANGER in line
        assert str(MOST_WRONGS) in line
        assert "letmein" not in line


class TestFloods:
    def test_an_address_has_a_burst_then_a_rate(self, side):
        assert side.let_in(500) == BURST
        side.pass_s(1)
        assert side.let_in(500) == 20
        assert side.let_in(500, "203.0.113.8") == BURST

    def test_an_address_with_a_right_password_has_ten_times_as_much_for_an_hour(self, side):
        side.try_password("geheim")
        side.pass_s(60)
        assert side.let_in(5000) == 10 * BURST
        side.pass_s(3600)
        assert side.let_in(5000) == BURST

    def test_a_64_of_ipv6_is_one_address(self, side):
        assert sum(side.gate.lets_in(f"2001:db8:9::{number:x}") for number in range(1, 500)) == BURST
        assert side.gate.lets_in("2001:db8:9:1::1")

    def test_forged_addresses_meet_the_limit_of_all_but_known_ones_do_not(self, side):
        assert side.try_password("geheim").is_in
        forged = sum(side.gate.lets_in(f"203.{number // 250}.{number % 250}.1") for number in range(5000))
        assert forged == STRANGERS_BURST
        assert side.let_in(50) == 50
        side.pass_s(3601)
        assert side.let_in(5000, "203.0.113.9") == BURST

    def test_the_table_is_bounded(self):
        side = Side(most_addresses=100)
        for number in range(1000):
            side.gate.lets_in(f"203.0.{number // 250}.{number % 250}")
        assert len(side.gate._sources) == 100

    def test_who_is_dropped_is_logged_once_a_minute_with_the_count(self, side, caplog):
        caplog.set_level(logging.WARNING, gates.__name__)
        side.let_in(1100)
        side.pass_s(60)
        side.let_in(1100)
        lines = [record.getMessage() for record in caplog.records]
        assert len(lines) == 2
        assert lines[1].startswith("1000 messages from 203.0.113.7 dropped")  # 999 unsaid, and the first of now


def test_whom_an_address_is_counted_with():
    assert group_of("192.0.2.1") == group_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert group_of("2001:db8::1") == group_of("2001:db8::ffff%eth0") != group_of("2001:db8:0:1::1")
