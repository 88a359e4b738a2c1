"""Every timer, state and race of RFC 3261 17 and RFC 6026, in virtual time."""

import random

import pytest

from tests.fakes.clock import VirtualClock
from tests.fakes.loop import VirtualLoop
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.message import MessageInvalid, Request, read, response_to, to_bytes
from voicebot.doors.sip.transactions import Transactions

PEER = Hop("udp", "192.0.2.1", 5060)
TCP = Hop("tcp", "192.0.2.1", 5060)
STEP_MS = 50


class Side:
    """The table under test, and all that came out of it; ``sent`` as (ms, message)."""

    def __init__(self, **limits):
        self.clock = VirtualClock()
        self.loop = VirtualLoop(self.clock)
        self.sent, self.hops, self.asked, self.acked, self.stray, self.heard, self.lost = [], [], [], [], [], [], []
        self.when_asked = lambda transaction: None

        async def begin():
            return Transactions(
                self.send, self.ask, lambda ack, hop: self.acked.append((ack, hop)), self.stray.append,
                local=lambda hop: ("198.51.100.9", 5070), **limits,
            )  # fmt: skip

        self.table = self.loop.run_until_complete(begin())

    def send(self, data, hop):
        self.sent.append((self.clock.ms, read(data)))
        self.hops.append(hop)

    def ask(self, transaction):
        self.asked.append(transaction)
        self.when_asked(transaction)

    def pass_s(self, seconds):
        until = self.clock.ms + 1000 * seconds
        while self.clock.ms < until:
            self.clock.pass_ms(min(STEP_MS, until - self.clock.ms))
            self.settle()

    def settle(self):
        self.loop.run_until_complete(self.loop.settle())

    def receive(self, message, source=PEER):
        self.table.received(message, source)

    def request(self, method="INVITE", hop=PEER, request=None):
        return self.table.request(request or ours(method), hop, self.heard.append, self.lost.append)

    def answer(self, code, number=0, *, to_tag="theirs"):
        """What the peer says to the ``number``th message that was sent."""
        self.receive(read(to_bytes(response_to(self.sent[number][1], code, to_tag=to_tag))))

    def times(self, what):
        """At how many ms each message of a method, or response of a code, was sent."""
        return [
            ms for ms, message in self.sent if what in (getattr(message, "method", None), getattr(message, "code", 0))
        ]

    @property
    def words(self):
        return [getattr(message, "method", None) or message.code for _, message in self.sent]


@pytest.fixture
def side():
    made = Side()
    yield made
    made.loop.close()


def theirs(method="INVITE", *, branch="z9hG4bKaaa", to="<sip:bot@198.51.100.9>", number=1, call_id="call-1",
           uri="sip:bot@198.51.100.9", sent_by="192.0.2.1:5060", tag="caller"):  # fmt: skip
    branch = f";branch={branch}" if branch else ""
    text = (
        f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {sent_by}{branch}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:caller@192.0.2.1>;tag={tag}\r\nTo: {to}\r\nCall-ID: {call_id}\r\n"
        f"CSeq: {number} {method}\r\n\r\n"
    )
    return read(text.encode())


def ours(method="INVITE"):
    request = Request(method, theirs().uri)
    for name, value in (
        ("Max-Forwards", "70"),
        ("Route", "<sip:proxy.example;lr>"),
        ("From", "<sip:bot@198.51.100.9>;tag=ours"),
        ("To", "<sip:caller@192.0.2.1>"),
        ("Call-ID", "of-ours"),
        ("CSeq", f"7 {method}"),
    ):
        request.headers.add(name, value)
    return request


def doubling(most_ms, until_ms=32_000):
    """When copies are sent: pauses from 500 ms, doubling up to ``most_ms``."""
    at, pause, times = 0, 500, [0]
    while at + pause < until_ms:
        at += pause
        times.append(at)
        pause = min(2 * pause, most_ms)
    return times


class TestInviteServer:
    def test_trying_at_once_and_again_for_a_copy(self, side):
        side.receive(theirs())
        assert side.times(100) == [0]
        side.receive(theirs())
        assert side.words == [100, 100]
        assert len(side.asked) == 1

    def test_no_trying_when_answered_at_once(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 180))
        side.receive(theirs())
        assert side.words == [180]
        side.receive(theirs())
        assert side.words == [180, 180]

    def test_accepted_absorbs_copies_and_lets_2xx_be_said_again_until_timer_l(self, side):
        side.receive(theirs())
        invite = side.asked[0]
        ok = response_to(invite.request, 200, to_tag="bot")
        invite.respond(ok)
        side.receive(theirs())
        assert side.words == [100, 200]
        invite.respond(ok)
        invite.respond(response_to(invite.request, 500))
        assert side.words == [100, 200, 200]
        side.pass_s(31.9)
        assert side.table.count == 1
        side.pass_s(0.2)
        assert side.table.count == 0
        invite.respond(ok)
        assert side.words == [100, 200, 200]

    def test_a_refusal_is_repeated_by_timer_g_until_timer_h(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 486))
        side.receive(theirs())
        side.pass_s(40)
        assert side.times(486) == doubling(4000)
        assert side.table.count == 0

    def test_an_ack_ends_the_repetition_and_is_absorbed_until_timer_i(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 486, to_tag="bot"))
        side.receive(theirs())
        side.pass_s(0.6)
        ack = theirs("ACK", to="<sip:bot@198.51.100.9>;tag=bot")
        side.receive(ack)
        side.receive(ack)
        side.receive(theirs())
        side.pass_s(4.9)
        assert side.times(486) == [0, 500]
        assert side.table.count == 1
        side.pass_s(0.2)
        assert side.table.count == 0
        assert side.acked == []

    def test_over_tcp_a_refusal_is_said_once_and_ends_with_the_ack(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 486, to_tag="bot"))
        side.receive(theirs(), TCP)
        side.pass_s(5)
        side.receive(theirs(), TCP)
        assert side.times(486) == [0, 5000]
        side.receive(theirs("ACK", to="<sip:bot@198.51.100.9>;tag=bot"), TCP)
        assert side.table.count == 0

    def test_the_ack_of_a_2xx_goes_up_whatever_its_branch(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 200, to_tag="bot"))
        side.receive(theirs())
        same = theirs("ACK", to="<sip:bot@198.51.100.9>;tag=bot")
        right = theirs("ACK", branch="z9hG4bKbbb", to="<sip:bot@198.51.100.9>;tag=bot")
        side.receive(same)
        side.receive(right)
        assert side.acked == [(same, PEER), (right, PEER)]

    def test_an_ack_of_nothing_goes_up_and_is_not_answered(self, side):
        side.receive(theirs("ACK"))
        assert len(side.acked) == 1
        assert side.sent == []
        assert side.table.count == 0

    def test_the_branch_decides_not_the_tag(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 486, to_tag="bot"))
        side.receive(theirs())
        side.receive(theirs("ACK", to="<sip:bot@198.51.100.9>;tag=BOT"))
        assert side.acked == []

    def test_an_ack_before_the_answer_is_absorbed(self, side):
        side.receive(theirs())
        side.receive(theirs("ACK"))
        assert side.acked == []
        assert not side.asked[0].is_over

    def test_dropped_it_says_nothing_and_leaves_nothing(self, side):
        side.when_asked = lambda asked: asked.drop()
        side.receive(theirs())
        side.asked[0].respond(response_to(side.asked[0].request, 200))
        assert side.sent == []
        assert side.table.count == 0

    def test_answers_go_where_the_via_says(self, side):
        side.receive(theirs(sent_by="192.0.2.1:5099"), Hop("udp", "192.0.2.1", 1234))
        assert side.hops == [Hop("udp", "192.0.2.1", 5099)]

    def test_a_fault_of_the_user_agent_is_500(self, side):
        def fail(asked):
            raise RuntimeError("slipped")

        side.when_asked = fail
        side.receive(theirs())
        assert side.words == [500]


class TestCancel:
    def test_reaches_its_invite_once(self, side):
        cancelled = []
        side.receive(theirs())
        invite = side.asked[0]
        invite.respond(response_to(invite.request, 180, to_tag="bot"))
        invite.on_cancel = lambda: cancelled.append(1) or invite.respond(response_to(invite.request, 487, to_tag="bot"))
        side.receive(theirs("CANCEL"))
        side.receive(theirs("CANCEL"))
        assert cancelled == [1]
        assert side.words == [100, 180, 200, 487, 200]
        assert side.sent[2][1].headers["To"] == side.sent[3][1].headers["To"] == "<sip:bot@198.51.100.9>;tag=bot"
        side.receive(theirs("ACK", to="<sip:bot@198.51.100.9>;tag=bot"))
        side.pass_s(33)
        assert side.table.count == 0

    def test_another_one_over_tcp_changes_nothing(self, side):
        cancelled = []
        side.receive(theirs(), TCP)
        side.asked[0].on_cancel = lambda: cancelled.append(1)
        side.receive(theirs("CANCEL"), TCP)
        side.receive(theirs("CANCEL"), TCP)
        assert cancelled == [1]
        assert side.words == [100, 200, 200]

    def test_is_answered_here_where_the_user_agent_does_not_listen(self, side):
        side.receive(theirs())
        side.receive(theirs("CANCEL"))
        assert side.words == [100, 200, 487]
        assert side.asked[0].is_over

    def test_after_the_2xx_it_has_no_effect(self, side):
        cancelled = []

        def accept(asked):
            asked.on_cancel = lambda: cancelled.append(1)
            asked.respond(response_to(asked.request, 200, to_tag="bot"))

        side.when_asked = accept
        side.receive(theirs())
        side.receive(theirs("CANCEL"))
        assert side.words == [200, 200]
        assert cancelled == []

    def test_of_nothing_is_481(self, side):
        side.receive(theirs("CANCEL"))
        assert side.words == [481]
        side.receive(theirs("CANCEL", branch="z9hG4bKccc"))
        assert side.words == [481, 481]

    def test_of_another_sender_with_the_same_branch_is_481(self, side):
        side.receive(theirs())
        side.receive(theirs("CANCEL", sent_by="203.0.113.5:5060"))
        assert side.words == [100, 481]


class TestOtherServer:
    @pytest.mark.parametrize(("source", "copies_until_s"), [(PEER, 32), (TCP, 0)])
    def test_the_answer_is_repeated_for_copies_until_timer_j(self, side, source, copies_until_s):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 200))
        side.receive(theirs("OPTIONS"), source)
        if copies_until_s:
            side.pass_s(copies_until_s - 0.1)
            side.receive(theirs("OPTIONS"), source)
            side.pass_s(0.2)
        assert side.words == ([200, 200] if copies_until_s else [200])
        assert len(side.asked) == 1
        assert side.table.count == 0

    def test_copies_are_absorbed_until_it_is_answered(self, side):
        side.receive(theirs("INFO"))
        side.receive(theirs("INFO"))
        assert side.sent == []
        side.asked[0].respond(response_to(side.asked[0].request, 100))
        side.receive(theirs("INFO"))
        assert side.words == [100, 100]
        side.asked[0].respond(response_to(side.asked[0].request, 200))
        side.asked[0].respond(response_to(side.asked[0].request, 500))
        assert side.words == [100, 100, 200]

    def test_never_answered_it_ends_when_the_peer_has_given_up(self, side):
        side.receive(theirs("INFO"))
        side.pass_s(32.1)
        assert side.table.count == 0
        side.asked[0].respond(response_to(side.asked[0].request, 200))
        assert side.sent == []


class TestMatching:
    def test_case_of_the_host_and_the_cookie(self, side):
        side.receive(theirs(sent_by="PBX.example"))
        side.receive(theirs(sent_by="pbx.example", branch="z9hG4bKaaa"))
        assert side.words == [100, 100]
        side.receive(theirs(branch="Z9HG4BKccc", number=2))
        side.receive(theirs("ACK", branch="Z9HG4BKccc", number=3))
        assert side.acked == []

    @pytest.mark.parametrize("branch", ["", "1", "z9hG4bK"])
    def test_without_a_name_of_its_own_the_fields_decide(self, side, branch):
        side.receive(theirs(branch=branch))
        side.receive(theirs(branch=branch))
        assert side.words == [100, 100]
        side.receive(theirs("CANCEL", branch=branch))
        assert side.words == [100, 100, 200, 487]
        tag = side.sent[-1][1].to_address.parameters["tag"]
        side.receive(theirs("ACK", branch=branch, to="<sip:bot@198.51.100.9>;tag=another"))
        assert len(side.acked) == 1
        side.receive(theirs("ACK", branch=branch, to=f"<sip:bot@198.51.100.9>;tag={tag}"))
        assert len(side.acked) == 1
        side.receive(theirs(branch=branch, number=2))
        assert len(side.asked) == 2

    def test_a_request_that_came_two_ways_is_482(self, side):
        side.receive(theirs())
        side.receive(theirs(branch="z9hG4bKbbb"))
        side.receive(theirs(branch="z9hG4bKbbb"))
        assert side.words == [100, 482, 482]
        assert len(side.asked) == 1

    def test_also_after_the_2xx_but_not_after_a_refusal(self, side):
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 200))
        side.receive(theirs("OPTIONS"))
        side.receive(theirs("OPTIONS", branch="z9hG4bKbbb"))
        assert side.words == [200, 482]
        side.when_asked = lambda asked: asked.respond(response_to(asked.request, 503))
        side.receive(theirs("OPTIONS", number=2, branch="z9hG4bKccc"))
        side.receive(theirs("OPTIONS", number=2, branch="z9hG4bKddd"))
        assert side.words == [200, 482, 503, 503]

    def test_within_a_dialog_nothing_is_merged(self, side):
        side.receive(theirs("INFO", to="<sip:bot@198.51.100.9>;tag=bot"))
        side.receive(theirs("INFO", to="<sip:bot@198.51.100.9>;tag=bot", branch="z9hG4bKbbb"))
        assert len(side.asked) == 2


class TestInviteClient:
    def test_is_repeated_by_timer_a_until_timer_b(self, side):
        side.request()
        side.pass_s(31.9)
        assert side.times("INVITE") == doubling(100_000)
        assert side.lost == []
        side.pass_s(0.2)
        assert side.lost == ["timeout"]
        assert side.table.count == 0

    def test_over_tcp_it_is_said_once(self, side):
        side.request(hop=TCP)
        side.pass_s(33)
        assert side.times("INVITE") == [0]
        assert side.lost == ["timeout"]
        assert side.sent[0][1].via[0].transport == "TCP"

    def test_its_via(self, side):
        side.request()
        via = side.sent[0][1].via[0]
        assert (via.transport, via.host, via.port) == ("UDP", "198.51.100.9", 5070)
        assert "rport" in via.parameters
        assert via.parameters["branch"].startswith("z9hG4bK")

    def test_a_provisional_answer_ends_the_repetition_and_the_patience_is_the_user_agents(self, side):
        side.request()
        side.pass_s(0.6)
        side.answer(180)
        side.answer(180)
        side.pass_s(300)
        assert side.times("INVITE") == [0, 500]
        assert [response.code for response in side.heard] == [180, 180]
        assert side.lost == []

    def test_every_2xx_is_heard_until_timer_m_then_it_is_stray(self, side):
        client = side.request()
        side.answer(200)
        side.answer(200, to_tag="of-a-fork")
        side.pass_s(31)
        side.answer(200)
        assert [response.code for response in side.heard] == [200, 200, 200]
        assert client.is_over
        side.answer(486)
        side.pass_s(1.1)
        assert side.table.count == 0
        side.answer(200)
        assert [response.code for response in side.stray] == [200]
        assert side.words == ["INVITE"]

    def test_a_refusal_is_acknowledged_each_time_and_heard_once(self, side):
        side.request()
        side.pass_s(0.6)
        side.answer(486)
        side.answer(486)
        assert side.words == ["INVITE", "INVITE", "ACK", "ACK"]
        assert [response.code for response in side.heard] == [486]
        invite, ack = side.sent[0][1], side.sent[2][1]
        for name in ("Via", "Route", "From", "Call-ID"):
            assert ack.headers.getlist(name) == invite.headers.getlist(name)
        assert ack.uri == invite.uri
        assert ack.headers["To"] == "<sip:caller@192.0.2.1>;tag=theirs"
        assert ack.headers["CSeq"] == "7 ACK"
        side.pass_s(31.9)
        side.answer(486)
        assert side.words[-1] == "ACK"
        side.pass_s(0.2)
        assert side.table.count == 0
        assert side.lost == []

    def test_over_tcp_a_refusal_is_the_end(self, side):
        side.request(hop=TCP)
        side.answer(486)
        assert side.words == ["INVITE", "ACK"]
        assert side.table.count == 0

    def test_a_2xx_after_a_refusal_is_stray(self, side):
        side.request()
        side.answer(486)
        side.answer(200, to_tag="of-a-fork")
        assert [response.code for response in side.heard] == [486]
        assert [response.code for response in side.stray] == [200]

    def test_a_dead_transport_loses_what_waits_and_no_more(self, side):
        side.request()
        side.request()
        side.answer(200, 1)
        side.table.failed(Hop("udp", "192.0.2.99", 5060))
        side.settle()
        assert side.lost == []
        side.table.failed(PEER)
        assert side.lost == []  # on the next turn: it may be told while the request is being sent
        side.settle()
        side.table.failed(PEER)
        side.settle()
        assert side.lost == ["transport"]
        assert side.table.count == 1

    def test_answers_with_another_method_or_two_vias_are_none_of_ours(self, side):
        side.request()
        wrong = response_to(side.sent[0][1], 200)
        wrong.headers.set("CSeq", "7 BYE")
        side.receive(wrong)
        double = response_to(side.sent[0][1], 200)
        double.headers.add("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKother")
        side.receive(double)
        assert side.heard == []
        assert side.stray == [wrong]


class TestTakingBack:
    def test_waits_for_a_provisional_answer(self, side):
        client = side.request()
        client.cancel("SIP;cause=200")
        client.cancel()
        assert side.words == ["INVITE"]
        side.answer(100)
        assert side.words == ["INVITE", "CANCEL"]
        invite, cancel = side.sent[0][1], side.sent[1][1]
        for name in ("Via", "Route", "From", "To", "Call-ID"):
            assert cancel.headers.getlist(name) == invite.headers.getlist(name)
        assert cancel.headers["CSeq"] == "7 CANCEL"
        assert cancel.headers["Reason"] == "SIP;cause=200"
        side.answer(200, 1)
        side.answer(487)
        assert side.words == ["INVITE", "CANCEL", "ACK"]
        assert [response.code for response in side.heard] == [100, 487]
        side.pass_s(33)
        assert side.table.count == 0

    def test_is_dropped_when_the_final_answer_wins(self, side):
        client = side.request()
        client.cancel()
        side.answer(200)
        side.pass_s(1)
        assert side.words == ["INVITE"]
        assert [response.code for response in side.heard] == [200]

    def test_a_2xx_that_crosses_the_cancel_is_heard(self, side):
        client = side.request()
        side.answer(180)
        client.cancel()
        side.answer(200)
        side.pass_s(40)
        assert [response.code for response in side.heard] == [180, 200]
        assert side.lost == []

    def test_without_an_answer_it_is_lost_after_32_s(self, side):
        client = side.request()
        side.answer(180)
        side.pass_s(60)
        client.cancel()
        side.answer(180)
        side.pass_s(31.9)
        assert side.lost == []
        side.pass_s(0.2)
        assert side.lost == ["timeout"]
        assert side.table.count == 0

    def test_of_other_requests_and_of_ended_ones_does_nothing(self, side):
        side.request("OPTIONS").cancel()
        side.answer(100)
        invite = side.request()
        side.answer(200, 1)
        invite.cancel()
        assert side.words == ["OPTIONS", "INVITE"]


class TestOtherClient:
    def test_is_repeated_by_timer_e_until_timer_f(self, side):
        side.request("OPTIONS")
        side.pass_s(33)
        assert side.times("OPTIONS") == doubling(4000)
        assert side.lost == ["timeout"]

    def test_a_provisional_answer_slows_the_repetition_to_t2(self, side):
        side.request("OPTIONS")
        side.answer(100)
        side.pass_s(33)
        assert side.times("OPTIONS") == [0, 500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]
        assert side.lost == ["timeout"]

    def test_copies_of_the_answer_are_absorbed_until_timer_k(self, side):
        side.request("OPTIONS")
        side.answer(200)
        side.pass_s(4.9)
        side.answer(200)
        assert len(side.heard) == 1
        side.pass_s(0.2)
        assert side.table.count == 0
        assert side.words == ["OPTIONS"]

    def test_over_tcp_the_answer_is_the_end(self, side):
        side.request("OPTIONS", TCP)
        side.answer(404)
        assert side.table.count == 0
        assert [response.code for response in side.heard] == [404]


class TestBounds:
    def test_beyond_the_table_503_without_memory_but_calls_may_end(self):
        side = Side(most=10, most_per_source=10)
        for number in range(12):
            side.receive(theirs(branch=f"z9hG4bK{number}", call_id=str(number)))
        assert side.words == 9 * [100] + 3 * [503]
        assert side.table.count == 9
        refusal = side.sent[-1][1]
        assert refusal.headers["Retry-After"] == "10"
        side.receive(theirs(branch="z9hG4bK11", call_id="11"))
        assert side.sent[-1][1].headers["To"] == refusal.headers["To"]
        side.receive(theirs("BYE", branch="z9hG4bKbye", to="<sip:bot@198.51.100.9>;tag=bot"))
        assert side.asked[-1].request.method == "BYE"
        side.receive(theirs("BYE", branch="z9hG4bKbye2", to="<sip:bot@198.51.100.9>;tag=bot"))
        assert side.words[-1] == 503
        side.loop.close()

    def test_one_address_has_its_share(self):
        side = Side(most=100, most_per_source=10)
        for number in range(12):
            side.receive(theirs(branch=f"z9hG4bK{number}", call_id=str(number)))
        assert side.words[-3:] == 3 * [503]
        side.receive(theirs(branch="z9hG4bKother", call_id="other"), Hop("udp", "192.0.2.2", 5060))
        assert side.words[-1] == 100
        side.asked[0].respond(response_to(side.asked[0].request, 200))
        side.pass_s(33)
        side.receive(theirs(branch="z9hG4bKlater", call_id="later"))
        assert side.words[-1] == 100
        side.loop.close()

    def test_a_thousand_calls_leave_nothing_behind(self, side):
        def answer(asked):
            asked.respond(response_to(asked.request, 200, to_tag="bot"))

        side.when_asked = answer
        for number in range(1000):
            within = {"call_id": f"call-{number}", "to": "<sip:bot@198.51.100.9>;tag=bot"}
            side.receive(theirs(branch=f"z9hG4bKi{number}", call_id=f"call-{number}"))
            side.receive(theirs("ACK", branch=f"z9hG4bKa{number}", **within))
            side.receive(theirs("BYE", branch=f"z9hG4bKb{number}", number=2, **within))
            side.request("OPTIONS")
            side.answer(200, -1)
        assert side.table.count == 3000
        side.pass_s(33)
        assert side.table.count == 0
        assert not (side.table._servers or side.table._clients or side.table._merged or side.table._per_source)

    def test_close_forgets_everything(self, side):
        side.receive(theirs())
        side.request()
        side.table.close()
        assert side.table.count == 0
        side.pass_s(40)
        assert side.words == [100, "INVITE"]
        assert side.lost == []

    def test_a_callback_that_raises_does_no_harm(self, side):
        def fail(response):
            raise RuntimeError("slipped")

        side.table.request(ours(), PEER, fail, side.lost.append)
        side.answer(200)
        assert side.table.count == 1


def test_mutated_messages_do_no_harm(side, caplog):
    chance = random.Random(3261)
    side.when_asked = lambda asked: chance.random() < 0.5 and asked.respond(response_to(asked.request, 486))
    side.request()
    within = {"to": "<sip:bot@198.51.100.9>;tag=bot"}
    wires = [
        *(to_bytes(theirs(method)) for method in ("INVITE", "ACK", "CANCEL", "OPTIONS")),
        to_bytes(theirs("INVITE", branch="")),
        to_bytes(theirs("BYE", **within)),
        *(to_bytes(response_to(side.sent[0][1], code)) for code in (100, 180, 200, 487)),
    ]
    understood = 0
    for _ in range(3000):
        wire = bytearray(chance.choice(wires))
        for _ in range(chance.randrange(4)):
            wire[chance.randrange(len(wire))] = chance.choice(b';=,: <>@\t"19azB\xff')
        try:
            message = read(bytes(wire))
        except MessageInvalid:
            continue
        understood += 1
        side.receive(message)
    assert understood > 1000
    assert not [record for record in caplog.records if record.exc_info]
    for asked in side.asked:
        asked.respond(response_to(asked.request, 503))
    side.pass_s(70)
    assert side.table.count == 0
