"""Numbers go by the site's way out, addresses where they are, and everybody sees who calls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sipmessage import URI

from aicc.service.sip.dialling import MOST_DIGITS, Dialler, NobodyToCall, Way
from tests.fakes.sip import ANSWER, OURS, Stage, Watched
from voicebot.doors.sip import grammar
from voicebot.doors.sip.hop import Hop
from voicebot.doors.sip.resolving import Unresolved

PBX = Hop("udp", "203.0.113.40", 5060)
PHONE = Hop("udp", "203.0.113.20", 5062)
CREDENTIALS = ("nuri", "secret")
WAY = Way(URI.parse("sip:pbx.example:5060;lr"), "15881234", CREDENTIALS)


class Desk:
    """A dialler on a stage; ``known`` are the hosts that were told to the gate."""

    def __init__(self):
        self.stage = Stage()
        self.stage.hops["pbx.example"] = [PBX]
        self.known = []

    def find(self, to, shown="010-1234-5678", way=WAY):
        dialler = Dialler(self.stage.agent, self.stage._find, self.known.append, way)
        return self.stage.loop.run_until_complete(dialler.anybody(to, shown))

    def rings(self, to, hop, **how):
        """The INVITE that comes to ``hop``."""
        callee, side = self.find(to, **how), self.stage.side(hop)

        async def call():
            dialler = Dialler(self.stage.agent, self.stage._find, self.known.append, None)
            dialler.call(callee, ANSWER, Watched(), {"X-AICC-Call": "c"})

        self.stage.loop.run_until_complete(call())
        self.stage.settle()
        return side.request("INVITE")


@pytest.fixture
def desk():
    made = Desk()
    yield made
    made.stage.close()


@pytest.fixture(scope="module")
def any_desk():
    made = Desk()
    yield made
    made.stage.close()


@pytest.mark.parametrize("to", ["021234567", "02-123-4567", " (02) 123.4567 ", "tel:02-123-4567"])
def test_a_number_goes_by_the_way_out(desk, to):
    invite = desk.rings(to, PBX)
    assert str(invite.uri) == "sip:021234567@pbx.example:5060"
    assert invite.headers["Route"] == "<sip:pbx.example:5060;lr>"
    assert invite.headers["X-AICC-Call"] == "c"
    sender = invite.from_address
    assert (sender.name, str(sender.uri)) == ("010-1234-5678", "sip:15881234@pbx.example")
    assert desk.known == [PBX.host]


def test_a_site_without_a_number_of_its_own_shows_the_callers(desk):
    invite = desk.rings("7001", PBX, way=Way(WAY.proxy, ""))
    assert str(invite.from_address.uri) == "sip:01012345678@pbx.example"


@pytest.mark.parametrize("to", ["sip:7001@pbx.example", "sip:7001@PBX.example:5060"])
def test_an_address_at_the_sites_proxy_goes_by_the_way_out(desk, to):
    callee = desk.find(to)
    assert (str(callee.target), callee.way, callee.host) == (to, WAY, OURS[0])
    assert str(callee.sender.uri) == "sip:15881234@pbx.example"


@pytest.mark.parametrize("way", [WAY, None])
def test_another_address_is_called_where_it_is(desk, way):
    invite = desk.rings("sip:kim@203.0.113.20:5062;x=y", PHONE, way=way)
    assert str(invite.uri) == "sip:kim@203.0.113.20:5062;x=y"
    assert not invite.headers.getlist("Route")
    assert (invite.from_address.name, str(invite.from_address.uri)) == ("010-1234-5678", f"sip:01012345678@{OURS[0]}")
    assert desk.known == [PHONE.host]


def test_who_is_called_by_ipv6_sees_an_address_that_can_be_read(desk):
    desk.stage.transports.local = lambda hop: ("2001:db8::1", 5060)
    callee = desk.find("sip:kim@[2001:db8::20]")
    assert str(callee.sender.uri) == "sip:01012345678@[2001:db8::1]"
    assert callee.host == "2001:db8::1"


def test_another_port_at_the_proxys_host_is_not_the_proxy(desk):
    assert desk.find("sip:kim@pbx.example:5099").way is None


@pytest.mark.parametrize(
    ("shown", "user", "name"),
    [
        ("", "anonymous", ""),
        ("김누리", "anonymous", "김누리"),
        ("+82 10 1234 5678", "+821012345678", "+82 10 1234 5678"),
    ],
)
def test_who_is_seen_calling(desk, shown, user, name):
    sender = desk.rings("sip:kim@203.0.113.20:5062", PHONE, shown=shown).from_address
    assert (sender.uri.user, sender.name) == (user, name)


@given(shown=st.text(max_size=300))
def test_whatever_a_caller_is_called_stays_one_header(any_desk, shown):
    any_desk.known.clear()
    invite = any_desk.rings("sip:kim@203.0.113.20:5062", PHONE, shown=shown)
    assert invite.from_address.uri.host == OURS[0]
    assert len(invite.headers.getlist("From")) == 1
    assert invite.headers["X-AICC-Call"] == "c"


@given(to=st.text(max_size=60) | st.from_regex(r"(sips?|tel|http):[^ ]{1,40}", fullmatch=True))
def test_whatever_somebody_types_is_called_or_turned_down(any_desk, to):
    try:
        callee = any_desk.find(to)
    except NobodyToCall as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert grammar.read_uri(str(callee.target)).scheme in ("sip", "sips")


@pytest.mark.parametrize(
    "to",
    [
        *("", "김상담", "7001 and more", "1" * (MOST_DIGITS + 1), "http://pbx.example", "mailto:kim@pbx.example"),
        *("sip:", "sip:kim@pbx.example\r\nX: y", "sip:kim@pbx.example?Replaces=a", "tel:kim", "<sip:kim@pbx.example>"),
    ],
)
def test_who_is_nobody_to_call(desk, to):
    with pytest.raises(NobodyToCall, match="cannot be called: write a number, or sip:USER@HOST"):
        desk.find(to)
    assert desk.known == []


def test_a_number_where_no_calls_go_out(desk):
    with pytest.raises(NobodyToCall, match=r"this service places no calls: write sip\.outbound into aicc\.yaml"):
        desk.find("7001", way=None)


@pytest.mark.parametrize(
    ("to", "cure"),
    [("7001", r"check sip\.outbound\.proxy in aicc\.yaml"), ("sip:kim@phones.example", "check the address")],
)
def test_an_address_that_is_nowhere(desk, to, cure):
    async def nowhere(uri):
        raise Unresolved(f"no address for {uri.host}")

    dialler = Dialler(desk.stage.agent, nowhere, desk.known.append, WAY)
    with pytest.raises(NobodyToCall, match=f"no address for .*: {cure}"):
        desk.stage.loop.run_until_complete(dialler.anybody(to, ""))
