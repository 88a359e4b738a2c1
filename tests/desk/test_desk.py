"""The desk end to end: real callers, agents, media processes and sound; who hears whom is measured."""

import asyncio
import contextlib
import os
import signal
import time

import numpy as np
import pytest
import soundfile

from aicc.simulation.at_desk import AtDesk, DeskUnusable
from aicc.simulation.bridged import level_of, tone
from aicc.simulation.browser import Said, spoken
from aicc.simulation.phones import Phones
from aicc.simulation.service import Service
from tests.desk.conftest import Running
from tests.desk.house import (
    LEVEL,
    SKILL,
    WIRE_HZ,
    Browser,
    Street,
    at_desk,
    comes,
    cookies_of,
    journal,
    line_lost,
    serving,
    still_signed_in,
    until,
    web_caller,
)
from voicebot.audio import Samples, resample
from voicebot.beeping import BEEP_HZ
from voicebot.events import AgentJoined, AgentLeft, CallEnded, Transferred, WrappedUp

pytestmark = pytest.mark.slow

CALLER, KIM, LEE, SUN = 600, 1_000, 1_500, 2_200
ALL = (CALLER, KIM, LEE, SUN)


def speech(text: str, pause_s: float = 1.0) -> Samples:
    return resample(spoken([Said(text, 0.3)], pause_s), 48_000, WIRE_HZ)


def test_the_course_of_a_call(service: Service) -> None:
    """Offered, taken, held, consulted on, a conference, handed on, given to the bot; listened to meanwhile."""

    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            kim = await stack.enter_async_context(at_desk(service, "kim", [SKILL]))
            lee = await stack.enter_async_context(at_desk(service, "lee", [SKILL]))
            sun = await stack.enter_async_context(at_desk(service, "sun", ["없음"], role="supervisor"))
            await kim.ready()
            call, caller, types = await stack.enter_async_context(web_caller(service, CALLER))
            await asyncio.sleep(1)
            await types("상담원 연결해 주세요")
            offer = await kim.offered()
            assert (offer["call_id"], offer["skill"]) == (call, SKILL)

            async def at(person: AtDesk, tone_hz: int) -> Browser:
                browser = Browser(tone_hz)
                stack.push_async_callback(browser.hang_up)
                await person.connect(call, browser)
                return browser

            first = await at(kim, KIM)

            async def hear(expected: dict[Browser, tuple[int, ...]], when: str) -> None:
                """Each of them hears these, and nobody else."""
                await until(lambda: all(browser.ear.hears(*tones, of=ALL) for browser, tones in expected.items()), when)

            await asyncio.sleep(0.5)
            assert not first.ear.hears(CALLER, of=ALL), "nothing is heard before it is accepted"
            await kim.follow(call)
            await kim.do(call, "accept")
            await hear({caller: (KIM,), first: (CALLER,)}, "accepted")
            await kim.do(call, "hold")
            await hear({caller: (), first: ()}, "held")
            await kim.do(call, "resume")
            await hear({caller: (KIM,), first: (CALLER,)}, "resumed")

            third = await at(sun, SUN)
            await sun.do(call, "listen", how="listening")
            await hear({caller: (KIM,), first: (CALLER,), third: (CALLER, KIM)}, "listened to")
            await sun.do(call, "listen", how="whispering")
            await hear({caller: (KIM,), first: (CALLER, SUN), third: (CALLER, KIM)}, "whispered to")
            await sun.do(call, "listen", how="stopped")
            await hear({caller: (KIM,), first: (CALLER,)}, "alone again")

            with pytest.raises(DeskUnusable, match=": 409: "):
                await kim.do(call, "transfer", how="warm")
            await lee.ready()
            await kim.do(call, "consult", to="lee")
            assert (await lee.offered())["is_consultation"]
            second = await at(lee, LEE)
            await lee.do(call, "accept")
            await hear({caller: (), first: (LEE,), second: (KIM,)}, "consulted")
            await kim.do(call, "conference")
            await hear({caller: (KIM, LEE), first: (CALLER, LEE), second: (CALLER, KIM)}, "a conference")
            await kim.do(call, "transfer", how="warm")
            await hear({caller: (LEE,), second: (CALLER,)}, "handed on")
            with pytest.raises(DeskUnusable, match=": 403: "):
                await kim.do(call, "hang_up")

            await lee.do(call, "transfer", how="bot", to="만족도 조사")
            await kim.told(lambda one: one.type == "event" and one.told["event"]["type"] == "bot_started")
            await until(lambda: not caller.ear.hears(LEE, of=ALL), "the bot has the caller")
            await kim.told(lambda one: one.type == "event" and "만족" in one.told["event"].get("text", ""), within_s=30)
            await types("5점이요")
            ended = await kim.told(lambda one: one.type == "event" and one.told["event"]["type"] == "call_ended")
            assert (ended.told["event"]["by"], ended.told["event"]["reason"]) == ("bot", "done")
            joined = [one.event for one in journal(service, call) if isinstance(one.event, AgentJoined | Transferred)]
            assert joined == [
                AgentJoined("kim", "answered"),
                AgentJoined("lee", "consulted"),
                AgentJoined("lee", "conference"),
                Transferred("kim", "lee", "warm"),
                AgentJoined("lee", "answered"),
                Transferred("lee", "만족도 조사", "bot"),
            ]
            states = {agent["name"]: agent["state"] for agent in (await kim.get("/api/desk/agents"))["agents"]}
            assert (states["kim"], states["lee"]) == ("wrapping", "wrapping")

    asyncio.run(course())


def test_words_of_both_sides_and_the_note(service: Service) -> None:
    """At two telephones: what they say is told to the panel and recorded, each side on its channel; then the note."""

    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            phones = await stack.enter_async_context(Phones.opened())
            street = await stack.enter_async_context(Street.opened(service))
            han = await stack.enter_async_context(at_desk(service, "han", [SKILL], phone=phones.uri("han")))
            await han.ready()
            call, caller = await street.dials("01022223333", tone(CALLER, WIRE_HZ))
            await until(lambda: any(one.is_up.is_set() for one in phones.calls), "han's telephone is picked up")
            agent = street.at(phones.calls[0].wire, tone(KIM, WIRE_HZ))
            await until(lambda: caller.ear.hears(KIM, of=ALL) and agent.ear.hears(CALLER, of=ALL), "both hear")
            await asyncio.sleep(1)
            await han.follow(call)
            quiet = np.zeros(WIRE_HZ, np.int16)
            caller.say(quiet), agent.say(quiet)
            await asyncio.sleep(1)
            caller.say(speech("주문한 물건이 아직 안 왔어요", 600.0))

            def finals(side: str) -> list[str]:
                events = [one.told["event"] for one in han.messages if one.type == "event"]
                return [one["spoken"] for one in events if one["type"] == "transcript_final" and one["side"] == side]

            await until(lambda: any("주문" in text for text in finals("caller")), "what the caller says is told")
            agent.say(speech("네 바로 확인해 드리겠습니다", 600.0))
            await until(lambda: any("확인" in text for text in finals("agent")), "what the agent says is told")
            phones.calls[0].leg.bye()
            await until(lambda: caller.wire.is_closed, "whoever puts the telephone down ends the call")
            events = await until(
                lambda: [
                    logged
                    for logged in journal(service, call)
                    if any(isinstance(one.event, WrappedUp) for one in journal(service, call))
                ],
                "the note",
            )
            ended = next(one for one in events if isinstance(one.event, CallEnded))
            assert isinstance(ended.event, CallEnded)
            assert (ended.event.by, ended.event.reason) == ("agent", "hung_up")

            note = await comes(lambda: han.get(f"/api/calls/{call}/wrapup"), lambda told: told["version"], "it is read")
            edit = {"edited_by": "han", "summary": {"issue": "배송 지연"}, "code": note["suggested_code"] or "배송"}
            edited = await han.put(f"/api/calls/{call}/wrapup", edit, **{"if-match": f'"{note["version"]}"'})
            assert (edited["version"], edited["edited_by"]) == (note["version"] + 1, "han")
            assert edited["summary"]["issue"] == "배송 지연"
            with pytest.raises(DeskUnusable, match=": 409: "):
                await han.put(f"/api/calls/{call}/wrapup", edit, **{"if-match": f'"{note["version"]}"'})
            await han.do(call, "done")

            folder = service.data / "calls" / call
            await until(lambda: (folder / "recording.sha256").is_file(), "the recording is sealed")
            samples, rate_hz = soundfile.read(folder / "recording.flac", dtype="int16")
            pieces = [samples[start : start + rate_hz // 4] for start in range(0, len(samples), rate_hz // 4)]
            left = [level_of(piece[:, 0], CALLER, rate_hz) > LEVEL for piece in pieces]
            right = [level_of(piece[:, 1], KIM, rate_hz) > LEVEL for piece in pieces]
            assert any(left), "the caller's tone is on the left"
            assert any(right), "the agent's is on the right"
            assert not any(level_of(piece[:, 0], KIM, rate_hz) > LEVEL for piece in pieces)
            assert not any(level_of(piece[:, 1], CALLER, rate_hz) > LEVEL for piece in pieces)

    asyncio.run(course())


@pytest.mark.load
def test_a_network_that_is_gone_for_ten_seconds(service: Service) -> None:
    """The agent's: no sound and no panel. Behind it the call is as it was, and nobody else has been asked."""

    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            phones = await stack.enter_async_context(Phones.opened())
            street = await stack.enter_async_context(Street.opened(service))
            yun = await stack.enter_async_context(at_desk(service, "yun", [SKILL], phone=phones.uri("yun")))
            await yun.ready()
            call, caller = await street.dials("01033334444", tone(CALLER, WIRE_HZ))
            await until(lambda: any(one.is_up.is_set() for one in phones.calls), "the telephone is picked up")
            agent = street.at(phones.calls[0].wire, tone(KIM, WIRE_HZ))
            await until(lambda: caller.ear.hears(KIM, of=ALL) and agent.ear.hears(CALLER, of=ALL), "both hear")
            jung = await stack.enter_async_context(at_desk(service, "jung", [SKILL]))
            await jung.ready()
            agent.is_cut_off = True
            async with line_lost(yun):
                await asyncio.sleep(10)
            agent.is_cut_off = False
            await until(lambda: caller.ear.hears(KIM, of=ALL) and agent.ear.hears(CALLER, of=ALL), "both hear again")
            await yun.told(lambda one: one.type == "desk" and any(c["call_id"] == call for c in one.told["calls"]))
            assert [one.event for one in journal(service, call) if isinstance(one.event, AgentJoined | AgentLeft)] == [
                AgentJoined("yun", "answered")
            ]
            assert not any(one.type == "offer" for one in jung.messages)
            await yun.do(call, "hang_up")
            await until(lambda: caller.wire.is_closed, "it is over")

    asyncio.run(course())


def test_an_abusive_caller_is_heard_late_and_beeped(service: Service) -> None:
    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            phones = await stack.enter_async_context(Phones.opened())
            street = await stack.enter_async_context(Street.opened(service))
            oh = await stack.enter_async_context(at_desk(service, "oh", [SKILL], phone=phones.uri("oh")))
            await oh.ready()
            quiet = np.zeros(WIRE_HZ, np.int16)
            call, caller = await street.dials("01044445555", quiet)
            await until(lambda: any(one.is_up.is_set() for one in phones.calls), "the telephone is picked up")
            agent = street.at(phones.calls[0].wire, quiet)
            await oh.follow(call)
            await oh.told(lambda one: one.type == "event" and one.told["event"]["type"] == "agent_joined")

            async def delay_ms() -> float:
                """From a tone's beginning at the caller to its arrival at the agent."""
                agent.arrived.clear()
                began_ms = time.monotonic() * 1_000
                caller.say(np.concatenate([tone(CALLER, WIRE_HZ)[: WIRE_HZ // 5], np.zeros(60 * WIRE_HZ, np.int16)]))

                def arrivals() -> list[float]:
                    return [at_ms for at_ms, frame in agent.arrived if level_of(frame, CALLER, WIRE_HZ) > LEVEL]

                await until(arrivals, "the tone arrives")
                await until(
                    lambda: not any(arrival_ms > agent.arrived[-1][0] - 400 for arrival_ms in arrivals()), "it is over"
                )
                return arrivals()[0] - began_ms

            await asyncio.sleep(1)
            before_ms = min([await delay_ms() for _ in range(2)])
            caller.say(speech("야 이 씨발 새끼야", 600.0))
            await oh.told(lambda one: one.type == "event" and one.told["event"].get("kind") == "abuse")
            await asyncio.sleep(2)
            after_ms = min([await delay_ms() for _ in range(2)])
            assert after_ms - before_ms > 600

            agent.arrived.clear()
            caller.say(speech("야 이 씨발 새끼야", 600.0))
            await until(lambda: sum(is_beep(frame) for _, frame in agent.arrived) >= 5, "a beep")

    asyncio.run(course())


def is_beep(frame: Samples) -> bool:
    """The tone and nothing beside it."""
    amplitude = level_of(frame, BEEP_HZ, WIRE_HZ)
    return amplitude > 200 and amplitude**2 / 2 > 0.9 * float(np.mean(frame.astype(np.float64) ** 2))


@pytest.mark.load
def test_a_media_process_that_is_killed(running: Running) -> None:
    """Nobody hangs in the air: the telephones hear BYE, the agent writes, and the caller is called back."""
    service, process = running

    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            phones = await stack.enter_async_context(Phones.opened())
            street = await stack.enter_async_context(Street.opened(service))
            nam = await stack.enter_async_context(at_desk(service, "nam", [SKILL], phone=phones.uri("nam")))
            await nam.ready()
            call, caller = await street.dials("01055556666", tone(CALLER, WIRE_HZ))
            await until(lambda: any(one.is_up.is_set() for one in phones.calls), "the telephone is picked up")
            agent = street.at(phones.calls[0].wire, tone(KIM, WIRE_HZ))
            await until(lambda: caller.ear.hears(KIM, of=ALL), "they talk")
            path = str(service.data / "calls" / call)
            [holder] = [
                one for one in process.media_processes() if any(f.path.startswith(path) for f in one.open_files())
            ]
            os.kill(holder.pid, signal.SIGKILL)
            await until(lambda: phones.calls[0].is_over.is_set() and agent.wire.is_closed, "the agent's is hung up")
            await until(lambda: caller.wire.is_closed, "the caller's too")
            await nam.told(lambda one: one.type == "call_over" and one.told["call_id"] == call)
            await nam.told(lambda one: one.type == "desk" and one.told["me"]["state"] == "wrapping")
            ended = await until(
                lambda: [one.event for one in journal(service, call) if isinstance(one.event, CallEnded)], "its end"
            )
            assert ended[0].by == "service"
            promised = await comes(
                lambda: nam.get("/api/desk/callbacks"),
                lambda told: [one for one in told["callbacks"] if one["number"] == "01055556666"],
                "the callback",
            )
            assert {one["status"] for one in promised["callbacks"]} == {"waiting"}
            with pytest.raises(DeskUnusable, match=": 409: "):
                await nam.do(call, "hold")

    asyncio.run(course())


def test_a_foreign_call(service: Service) -> None:
    """403 and an entry for whoever asks for another's; what is no id at all is no call of anybody's."""

    async def course() -> None:
        async with contextlib.AsyncExitStack() as stack:
            street = await stack.enter_async_context(Street.opened(service))
            ahn = await stack.enter_async_context(at_desk(service, "ahn", [SKILL]))
            eve = await stack.enter_async_context(at_desk(service, "eve", ["없음"]))
            await ahn.ready()
            call, _ = await street.dials("01077778888", tone(CALLER, WIRE_HZ))
            await ahn.offered()
            for what in ("accept", "hold", "hang_up", "listen", "leg", "take"):
                with pytest.raises(DeskUnusable, match=": 403: "):
                    await eve.do(call, what, sdp="v=0", how="listening")
            await eve.follow(call)
            await eve.told(lambda one: one.type == "error" and one.told["call_id"] == call)
            for path in (f"/api/calls/{call}", f"/api/calls/{call}/events", f"/api/calls/{call}/wrapup"):
                with pytest.raises(DeskUnusable, match=": 403: "):
                    await eve.get(path)
            admin = await stack.enter_async_context(at_desk(service, "root", [], role="admin"))
            trail = (await admin.get("/api/desk/audit"))["entries"]
            mine = [entry for entry in trail if entry["person"] == "eve" and call in entry["object"]]
            assert len(mine) >= 10
            assert {entry["action"] for entry in mine} == {"refused"}

    asyncio.run(course())


@pytest.mark.load
def test_a_restart_in_mid_shift(running: Running) -> None:
    """People sign in no second time: their sessions and states are there again, calls are not.

    The last one here: behind it there is no service any more.
    """
    service, process = running

    async def first() -> dict[str, str]:
        async with (
            AtDesk.signed_in(service, "ryu", [SKILL]) as ryu,
            AtDesk.signed_in(service, "bae", [SKILL]) as bae,
            Street.opened(service) as street,
        ):
            await ryu.ready()
            call, _ = await street.dials("01066667777", tone(CALLER, WIRE_HZ))
            await ryu.offered()
            browser = Browser(KIM)
            await ryu.connect(call, browser)
            await ryu.do(call, "accept")
            await bae.ready()
            await bae.told(
                lambda one: (
                    one.type == "desk"
                    and {"ryu": "talking", "bae": "ready"}.items()
                    <= {agent["name"]: agent["state"] for agent in one.told["agents"]}.items()
                )
            )
            await browser.hang_up()
            return cookies_of(bae)

    async def second(service: Service, cookies: dict[str, str]) -> None:
        async with still_signed_in(service, "bae", cookies) as bae:
            shown = await bae.told(lambda one: one.type == "desk")
            assert shown.told["me"]["state"] == "ready"
            states = {agent["name"]: agent["state"] for agent in shown.told["agents"]}
            assert states["ryu"] == "wrapping"
            assert shown.told["calls"] == []
            async with Street.opened(service) as street:
                call, _ = await street.dials("01066667777", tone(CALLER, WIRE_HZ))
                assert (await bae.offered())["call_id"] == call

    cookies = asyncio.run(first())
    process.process.kill()
    process.process.wait()
    with serving(service.data.parent) as (anew, _):
        asyncio.run(second(anew, cookies))
