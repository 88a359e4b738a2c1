"""Kamailio in front, with the configuration of the documentation: calls are spread, and none is lost when a service
goes down or dies."""

import asyncio
import contextlib
import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.doors.carrier import carrier
from tests.doors.service import serving, until
from tests.doors.talking import place
from tests.servers.baresip import free_port
from tests.servers.kamailio import kamailio  # noqa: F401 - a fixture
from voicebot.events import CallEnded

pytestmark = pytest.mark.slow

HOSTS = ("127.0.0.11", "127.0.0.12")
PROXY = "127.0.0.4"


class Site:
    """Two services behind a proxy. ``gateway`` is the port of the carrier's at 127.0.0.1."""

    def __init__(self, stack, folder, start_proxy):
        self.gateway, proxy = free_port(), free_port()
        outbound = json.dumps({"proxy": f"sip:{PROXY}:{proxy}", "caller": "15880000"})
        settings = {"SIP__OUTBOUND": outbound, "MEDIA_PROCESSES": "1"}

        def start(host):
            (folder / host).mkdir()
            return stack.enter_context(serving(folder / host, SIP__LISTEN=f"{host}:{free_port()}", **settings))

        with ThreadPoolExecutor() as threads:
            self.services = list(threads.map(start, HOSTS))
        self.addresses = [f"sip:{host}:{one.port}" for host, one in zip(HOSTS, self.services, strict=True)]
        gateways = [f"sip:127.0.0.1:{self.gateway}"]
        self.proxy = start_proxy(host=PROXY, port=proxy, services=self.addresses, gateways=gateways)
        self.proxy.waits_for(lambda: self.states() == ["AP", "AP"])

    def states(self):
        """Of the services, as Kamailio sees them: A is active, I is left out."""
        return [self.proxy.states()[address] for address in self.addresses]

    async def of(self, *calls):
        """Which services have these calls: 0 or 1."""
        async with asyncio.timeout(10):
            while len(found := [self._of(call) for call in calls if self._of(call) is not None]) < len(calls):
                await asyncio.sleep(0.02)
        return found

    def _of(self, call):
        here = (number for number, one in enumerate(self.services) if call.call_id in one.call_ids())
        return next(here, None)

    async def ending(self, call):
        """By whom a call was ended, as its service has it."""
        [number] = await self.of(call)
        ended = (await asyncio.to_thread(self.services[number].journal, call.call_id))[-1]
        assert isinstance(ended, CallEnded)
        return ended.by, ended.reason


@pytest.fixture(scope="module")
def site(tmp_path_factory, kamailio):  # noqa: F811
    """One that tests do no harm to."""
    with contextlib.ExitStack() as stack:
        yield Site(stack, tmp_path_factory.mktemp("site"), kamailio)


@pytest.fixture
def own_site(tmp_path, kamailio):  # noqa: F811
    with contextlib.ExitStack() as stack:
        yield Site(stack, tmp_path, kamailio)


def test_calls_are_spread_and_hung_up_by_either_side(site):
    async def run():
        async with carrier() as of:
            calls = [await of.call(site.proxy.address) for _ in range(4)]
            assert all(call.is_up for call in calls)
            assert f"<sip:{site.proxy.address};" in calls[0].leg.answer.headers["Record-Route"]
            assert sorted(await site.of(*calls)) == [0, 0, 1, 1]
            for call in calls[:2]:
                await call.hang_up()
                assert await site.ending(call) == ("caller", "hung_up")
            for call in calls[2:]:
                [number] = await site.of(call)
                await asyncio.to_thread(site.services[number].hang_up, call.call_id)
                await call.until(lambda call: call.ending)
                assert call.ending == ("caller", "hung_up", 0)  # by BYE, as seen from the carrier

    asyncio.run(run())


def test_a_call_of_ours_leaves_by_the_gateway(site):
    async def run():
        async with carrier(port=site.gateway) as of:
            await asyncio.to_thread(place, site.services[0])
            came = await of.came()
            await came.until(lambda call: call.is_up)
            assert str(came.leg.request.uri.user) == "01012345678"
            await came.hang_up()

    asyncio.run(run())


def test_a_stranger_is_refused(site):
    async def run():
        async with carrier("127.0.0.9") as stranger:
            call = await stranger.call(site.proxy.address)
            assert call.ending == ("network", "refused", 403)

    asyncio.run(run())


def test_a_service_that_goes_down_finishes_its_calls_and_gets_no_more(own_site):
    site = own_site

    async def run():
        async with carrier() as of:
            held = await of.call(site.proxy.address)
            [leaving] = await site.of(held)
            site.services[leaving].process.send_signal(signal.SIGTERM)
            at_once = [await of.call(site.proxy.address) for _ in range(4)]  # before Kamailio knows
            await asyncio.to_thread(site.proxy.waits_for, lambda: site.states()[leaving] == "IP")
            later = [await of.call(site.proxy.address) for _ in range(4)]
            assert all(call.is_up and call.ending is None for call in at_once + later)
            assert set(await site.of(*at_once, *later)) == {1 - leaving}
            assert held.ending is None  # it goes on behind the proxy that sends no more
            assert site.services[leaving].process.poll() is None
            await held.hang_up()
            assert await site.ending(held) == ("caller", "hung_up")
            await asyncio.to_thread(until, lambda: site.services[leaving].process.poll() is not None)

    asyncio.run(run())


def test_a_service_that_is_gone_is_passed_over(site):
    """The last of this module: the site is of no use behind it."""

    async def run():
        async with carrier() as of:
            site.services[0].process.kill()
            calls = [await of.call(site.proxy.address) for _ in range(4)]
            assert await site.of(*calls) == [1, 1, 1, 1]
            assert site.states() == ["IP", "AP"]
            site.services[1].process.kill()
            await asyncio.to_thread(site.proxy.waits_for, lambda: site.states() == ["IP", "IP"])
            assert (await of.call(site.proxy.address)).ending == ("network", "refused", 503)

    asyncio.run(run())
