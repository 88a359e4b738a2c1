"""A binding kept alive at a registrar that has moods, in virtual time."""

import asyncio
import logging

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from voicebot.doors.sip.challenger import Challenger
from voicebot.doors.sip.digest import parameters_of
from voicebot.doors.sip.message import Request, response_to
from voicebot.doors.sip.registration import LONGEST_PAUSE_S, NoAnswer, Registration, RegistrationState

CONTACT = "sip:700@192.0.2.7:5060"


class Side:
    """A registration and its registrar: ``mood`` makes the response to a request, or raises."""

    def __init__(self, chance=0.0, **settings):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.asked = []  # (s, request)
        self.mood = granted()

        async def begin():
            return Registration(
                registrar="sip:pbx.example", address="sip:700@pbx.example", contact=CONTACT, username="700",
                password="geheim", ask=self.ask, chance=lambda: chance, **settings,
            )  # fmt: skip

        self.registration = self.loop.run_until_complete(begin())

    async def ask(self, request):
        request.headers.set("Via", "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1")
        self.asked.append((self.clock.ms / 1000, request))
        answer = self.mood(request)
        return await answer if asyncio.iscoroutine(answer) else answer

    def start(self):
        self.loop.call_soon(self.registration.start)
        self.settle()
        return self

    def stop(self):
        """Runs to the end of stop(); the virtual time that it took, in s."""
        began_ms = self.clock.ms
        stopping = self.loop.create_task(self.registration.stop())
        self.settle()
        while not stopping.done():
            self.pass_s(0.1)
        stopping.result()
        return (self.clock.ms - began_ms) / 1000

    def pass_s(self, seconds):
        until = self.clock.ms + 1000 * seconds
        while self.clock.ms < until:
            self.clock.pass_ms(min(100, until - self.clock.ms))
            self.settle()

    def settle(self):
        self.loop.run_until_complete(self.loop.settle())

    @property
    def state(self):
        return self.registration.state

    @property
    def times(self):
        return [s for s, _ in self.asked]

    @property
    def expires(self):
        return [int(request.headers["Expires"]) for _, request in self.asked]


@pytest.fixture
def side():
    made = Side()
    yield made
    made.loop.close()


def granted(seconds=None, contact=CONTACT):
    def answer(request):
        asked = request.headers["Expires"]
        headers = (("Contact", f"<{contact}>;expires={asked if seconds is None else seconds}"),)
        return response_to(request, 200, headers=headers if asked != "0" else ())

    return answer


def refusing(code, *headers):
    return lambda request: response_to(request, code, headers=headers)


def silent(request):
    raise NoAnswer("timeout")


async def _never():
    await asyncio.get_running_loop().create_future()


def hanging(request):
    return _never()


def in_turn(*moods):
    """One mood a request; the last one stays."""
    left = list(moods)
    return lambda request: (left.pop(0) if len(left) > 1 else left[0])(request)


def guarded(challenger, then):
    def answer(request):
        checked = challenger.check(request, {"700": "geheim"}.get)
        if checked.verdict == "right":
            return then(request)
        return response_to(request, 401, headers=challenger.challenge(is_stale=checked.verdict == "stale"))

    return answer


class TestKeeping:
    def test_registers_and_renews_within_half_to_four_fifths(self):
        for chance, renewed_s in ((0.0, 150.0), (1.0, 240.0)):
            side = Side(chance).start()
            assert side.state.is_registered
            assert (side.state.why, side.state.expires_in_s) == ("", 300)
            side.pass_s(2 * renewed_s)
            assert side.times == [0, renewed_s, 2 * renewed_s]
            side.loop.close()

    def test_what_is_asked(self, side):
        side.start().pass_s(200)
        (_, first), (_, second) = side.asked
        assert str(first.uri) == "sip:pbx.example"
        assert first.headers["To"] == "<sip:700@pbx.example>"
        assert first.headers["From"].startswith("<sip:700@pbx.example>;tag=")
        assert first.headers["Contact"] == f"<{CONTACT}>"
        assert first.headers["Expires"] == "300"
        assert first.call_id == second.call_id
        assert first.headers["From"] == second.headers["From"]
        assert (first.cseq.sequence, second.cseq.sequence) == (1, 2)

    def test_takes_what_the_registrar_grants(self, side):
        side.mood = granted(60)
        side.start().pass_s(30)
        assert side.times == [0, 30]

    def test_finds_its_own_among_several_bindings(self, side):
        side.mood = lambda request: response_to(
            request, 200,
            headers=(("Contact", "<sip:700@192.0.2.99>;expires=20, <sip:700@192.0.2.7:5060>;expires=100"),),
        )  # fmt: skip
        side.start()
        assert side.state.expires_in_s == 100

    def test_one_binding_that_was_rewritten_is_its_own(self, side):
        side.mood = granted(80, "sip:700@203.0.113.1:1024")
        side.start()
        assert side.state.expires_in_s == 80

    def test_without_contacts_the_header_counts_then_what_was_asked(self, side):
        side.mood = refusing(200, ("Expires", "90"))
        side.start()
        assert side.state.expires_in_s == 90
        side.mood = refusing(200)
        side.pass_s(45)
        assert side.state.expires_in_s == 300

    def test_nothing_granted_is_a_failure(self, side):
        side.mood = granted(0)
        side.start()
        assert not side.state.is_registered
        assert "0 s" in side.state.why

    def test_a_short_grant_does_not_become_a_storm(self, side):
        side.mood = granted(1)
        side.start().pass_s(10)
        assert len(side.asked) == 11

    def test_told_to_hurry_it_registers_at_once_but_not_twice(self, side):
        side.start().pass_s(10)
        side.start()
        assert side.times == [0, 10]
        side.pass_s(149)
        assert side.times == [0, 10]
        side.mood = hanging
        side.pass_s(1)
        side.start()
        side.start()
        assert side.times == [0, 10, 160]
        side.stop()


class TestPasswords:
    def test_a_challenge_is_answered(self, side):
        side.mood = guarded(Challenger("pbx"), granted())
        side.start()
        assert side.state.is_registered
        assert len(side.asked) == 2
        assert [request.cseq.sequence for _, request in side.asked] == [1, 2]

    def test_a_proxy_before_the_registrar(self, side):
        registrar = guarded(Challenger("pbx"), granted())
        proxy = Challenger("proxy")

        def mood(request):
            at_proxy = Request("REGISTER", request.uri)  # as the proxy's challenger wants it
            at_proxy.headers.setlist("Authorization", request.headers.getlist("Proxy-Authorization"))
            checked = proxy.check(at_proxy, {"700": "geheim"}.get)
            if checked.verdict == "right":
                return registrar(request)
            challenges = proxy.challenge(is_stale=checked.verdict == "stale")
            return response_to(request, 407, headers=[("Proxy-Authenticate", value) for _, value in challenges])

        side.mood = mood
        side.start()
        assert side.state.is_registered
        assert len(side.asked) == 3

    def test_a_wrong_one_is_tried_once_in_five_minutes(self, side, caplog):
        side.mood = guarded(Challenger("pbx"), granted())
        side.registration._password = "falsch"
        side.start()
        assert side.state == RegistrationState(False, "401 wrong user or password", 0)
        side.pass_s(LONGEST_PAUSE_S - 1)
        assert len(side.asked) == 2
        side.pass_s(2)
        assert len(side.asked) == 4
        assert "falsch" not in caplog.text

    def test_an_unknown_kind_of_challenge_says_so(self, side):
        side.mood = refusing(401, ("WWW-Authenticate", 'Bearer realm="pbx"'))
        side.start()
        assert side.state.why == "401 it asks for credentials of an unknown kind"
        assert len(side.asked) == 1

    def test_an_endless_challenger_is_left(self, side):
        side.mood = lambda request: response_to(request, 401, headers=Challenger("pbx").challenge(is_stale=True))
        side.start()
        assert len(side.asked) == 6
        assert "after 6 tries" in side.state.why


class TestTooBrief:
    def test_the_demanded_time_is_asked_for_from_then_on(self, side):
        challenger = Challenger("pbx")
        brief = refusing(423, ("Min-Expires", "600"))
        side.mood = guarded(
            challenger, lambda request: (granted() if request.headers["Expires"] == "600" else brief)(request)
        )
        side.start()
        assert side.expires == [300, 300, 600]
        counts = [parameters_of(request.headers.get("Authorization") or "") for _, request in side.asked]
        assert [found[0][1]["nc"] for found in counts if found] == ["00000001", "00000002"]
        side.pass_s(300)
        assert side.expires[3:] == [600, 600]

    @pytest.mark.parametrize("demanded", ["", "300", "10", "100000000", "x"])
    def test_an_absurd_demand_is_a_failure(self, side, demanded):
        side.mood = refusing(423, ("Min-Expires", demanded))
        side.start()
        assert len(side.asked) == 1
        assert "423" in side.state.why


class TestFailing:
    def test_backs_off_to_five_minutes_and_comes_back(self, side):
        side.mood = silent
        side.start().pass_s(1200)
        assert side.times == [0, 2, 6, 14, 30, 62, 126, 254, 510, 810, 1110]
        assert side.state.why == "no answer: timeout"
        side.mood = granted()
        side.pass_s(300)
        assert side.state.is_registered
        side.mood = silent
        side.pass_s(70)
        assert side.times[-4:] == [1410, 1560, 1562, 1566]

    def test_by_chance_it_waits_half_as_long(self):
        side = Side(chance=1.0)
        side.mood = silent
        side.start().pass_s(8)
        assert side.times == [0, 1, 3, 7]
        side.loop.close()

    def test_a_binding_outlives_a_failed_renewal_but_not_itself(self, side):
        side.start()
        side.mood = silent
        side.pass_s(200)
        assert side.state.is_registered
        assert side.state.why == "no answer: timeout"
        side.pass_s(101)
        assert not side.state.is_registered

    @pytest.mark.parametrize(
        ("header", "again_s"), [("120 (later);duration=5", 120), ("1", 2), ("999999", 3600), ("x", 2)]
    )
    def test_a_retry_after_is_kept_to(self, side, header, again_s):
        side.mood = in_turn(refusing(503, ("Retry-After", header)), granted())
        side.start()
        assert side.state.why == "503 Service Unavailable"
        side.pass_s(again_s)
        assert side.times == [0, again_s]
        assert side.state.is_registered

    def test_forbidden_is_tried_seldom(self, side):
        side.mood = refusing(403)
        side.start().pass_s(601)
        assert side.times == [0, 300, 600]

    def test_a_fault_of_ours_does_not_end_it(self, side):
        def fault(request):
            raise RuntimeError("slipped")

        side.mood = in_turn(fault, granted())
        side.start()
        assert side.state.why == "fault: RuntimeError"
        side.pass_s(2)
        assert side.state.is_registered

    def test_the_same_failure_is_logged_once(self, side, caplog):
        caplog.set_level(logging.INFO)
        side.mood = silent
        side.start().pass_s(100)
        side.mood = granted()
        side.pass_s(60)
        side.pass_s(600)
        assert len(caplog.records) == 2


class TestEnding:
    def test_takes_the_binding_back_with_a_password(self, side):
        side.mood = guarded(Challenger("pbx"), granted())
        side.start()
        assert side.stop() == 0
        assert side.expires == [300, 300, 0, 0]
        assert not side.state.is_registered
        side.pass_s(1000)
        assert len(side.asked) == 4

    def test_waits_no_longer_than_its_limit(self, side):
        side.start()
        side.mood = hanging
        assert side.stop() == pytest.approx(2, abs=0.15)
        assert not side.state.is_registered

    @pytest.mark.parametrize("mood", [silent, refusing(500)])
    def test_a_registrar_that_fails_does_not_matter(self, side, mood):
        side.start()
        side.mood = mood
        assert side.stop() == 0

    def test_in_the_middle_of_registering(self, side):
        side.mood = hanging
        side.start()
        side.mood = granted()
        side.stop()
        assert side.expires == [300, 0]
        assert not asyncio.all_tasks(side.loop)

    def test_never_registered_there_is_nothing_to_take_back(self, side):
        side.stop()
        side.mood = silent
        side.start()
        side.stop()
        assert side.expires == [300]

    def test_what_is_no_uri_is_an_error(self):
        with pytest.raises(ValueError):
            asyncio.run(_badly_made())


async def _badly_made():
    Registration(
        registrar="pbx", address="sip:a@b", contact="sip:a@c", username="", password="", ask=lambda request: _never()
    )
