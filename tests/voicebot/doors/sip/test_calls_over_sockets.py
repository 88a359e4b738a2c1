"""Two user agents and the real network of this machine: whole calls over UDP and TCP, one and many."""

import asyncio

import pytest

from tests.fakes.sip import ANSWER, OFFER, FakeDesk, Watched
from voicebot.doors.sip.user_agent import UserAgent


class Caller(Watched):
    def __init__(self):
        super().__init__()
        self.stands = asyncio.get_running_loop().create_future()
        self.over = asyncio.get_running_loop().create_future()

    def answered(self, sdp):
        super().answered(sdp)
        self.stands.set_result(None)

    def ended(self, by, reason, code):
        super().ended(by, reason, code)
        self.over.set_result((by, reason, code))


async def call_many(protocol, number, at_once=20):
    desk = FakeDesk()
    desk.when_invited = lambda leg: leg.accept(ANSWER)
    bot, callers = UserAgent(desk), UserAgent(FakeDesk())
    port = await bot.listen(protocol, "127.0.0.1", 0)
    await callers.listen(protocol, "127.0.0.1", 0)
    room = asyncio.Semaphore(at_once)
    outcomes = []

    async def call(count):
        async with room:
            watcher = Caller()
            target = f"sip:{count}@127.0.0.1:{port};transport={protocol}"
            leg = callers.call(target, sdp=OFFER, from_="<sip:caller@127.0.0.1>", watcher=watcher)
            async with asyncio.timeout(10):
                await watcher.stands
                if count % 2:
                    leg.bye()
                else:
                    bots = next(it for it in desk.legs if it.request.call_id == leg.request.call_id)
                    while ("acknowledged", "") not in bots.watcher.told:
                        await asyncio.sleep(0)
                    bots.bye()
                outcomes.append(await watcher.over)

    async with asyncio.TaskGroup() as group:
        for count in range(number):
            group.create_task(call(count))
    async with asyncio.timeout(10):
        while bot.legs or callers.legs:
            await asyncio.sleep(0.01)
    assert len(desk.legs) == number
    assert all(leg.watcher.told[0] == ("acknowledged", "") for leg in desk.legs)
    await bot.close()
    await callers.close()
    return outcomes


@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_calls_end_from_both_sides(protocol):
    outcomes = asyncio.run(call_many(protocol, 10))
    assert sorted(outcomes) == [("caller", "hung_up", 0)] * 5 + [("service", "hung_up", 0)] * 5


@pytest.mark.slow
@pytest.mark.parametrize("protocol", ["udp", "tcp"])
def test_a_thousand_calls_leave_nothing_behind(protocol):
    assert len(asyncio.run(call_many(protocol, 1_000))) == 1_000
