"""The page in real Chromium: what a caller sees, hears and can do, and what comes of it at the service's side."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.responses import Response
from playwright.async_api import expect

from tests.aicc.service.web.fake_calls import House, serving, until
from tests.aicc.service.web.talking_calls import BOTS_HZ, TalkingCalls
from tests.aicc.service.web.visiting import HEARD, opened, run, serving_house, visiting
from tests.servers.chromium import Chromium, chromium  # noqa: F401 - a fixture
from tests.voicebot.doors.webrtc.browser import peak
from voicebot.events import (
    BotFinished,
    BotInterrupted,
    BotStarted,
    CallEnded,
    Dtmf,
    HandoffRequested,
    RecordingPaused,
    RecordingResumed,
    TranscriptFinal,
    TranscriptPartial,
)
from voicebot.link import Press, Refused, Reoffer, Type

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

GREETING = "누리상점입니다. 무엇을 도와드릴까요?"


def house(**chosen: object) -> House:
    return House(TalkingCalls(), **chosen)  # type: ignore[arg-type]


def partial(turn: int, text: str) -> TranscriptPartial:
    return TranscriptPartial("caller", turn, text, text, 0)


def final(turn: int, text: str) -> TranscriptFinal:
    return TranscriptFinal("caller", turn, text, text, (), "test")


def test_one_press_and_both_hear_each_other(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await expect(visitor.page).to_have_title("누리상점 상담 전화")
            await expect(visitor.page.locator("button:visible")).to_have_count(1)
            call_id = await visitor.call()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            ticker = visitor.calls.tickers[call_id]
            ticker.heard.clear()
            await until(lambda: len(ticker.heard) > 100)  # the fake microphone beeps once a second
            assert np.abs(ticker.sound).max() > 1_000
            await visitor.page.click("#call")
            await visitor.is_over("통화를 마쳤습니다. 이용해 주셔서 고맙습니다.")
            await until(lambda: visitor.door(call_id).is_closed)
            assert visitor.calls.hung_up == [call_id]
            microphones = "[...document.querySelectorAll('audio')].every((audio) => audio.srcObject === null)"
            assert await visitor.page.evaluate(microphones)
            assert await visitor.call() != call_id

    run(work())


def test_what_both_say_is_shown(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0), BotFinished(0, GREETING), partial(1, "반품"))
            await visitor.reads(GREETING, "반품")
            await expect(visitor.page.locator("li.running")).to_have_count(1)
            visitor.say(
                call_id, partial(1, "반품하고 싶어요 어제"), final(1, "반품하고 싶어요."), final(1, "어제 샀어요.")
            )
            await visitor.reads(GREETING, "반품하고 싶어요. 어제 샀어요.")
            await expect(visitor.page.locator("li.running")).to_have_count(0)
            # nodding along comes to nothing
            visitor.say(call_id, partial(2, "네"), BotStarted(1, "주문 번호를 눌러 주세요. 끝나면 우물 정.", 0))
            lines = [GREETING, "반품하고 싶어요. 어제 샀어요.", "주문 번호를 눌러 주세요. 끝나면 우물 정."]
            await visitor.reads(*lines)
            visitor.say(call_id, BotInterrupted(1, lines[2], "주문 번호를 눌러 주세요."), Dtmf("1"), Dtmf("2"))
            await expect(visitor.page.locator(".unheard")).to_have_text("끝나면 우물 정.")
            await visitor.reads(*lines, "12")
            visitor.say(call_id, RecordingPaused(), Dtmf("*"), RecordingResumed(), HandoffRequested("asked", "", ""))
            aside = ["지금부터는 녹음하지 않습니다.", "*", "다시 녹음합니다.", "상담사에게 연결합니다."]
            await visitor.reads(*lines, "12", *aside)
            visitor.calls.end(call_id, CallEnded("bot", "done", 1))
            await visitor.is_over("통화가 끝났습니다. 이용해 주셔서 고맙습니다.")
            await visitor.reads(*lines, "12", *aside)  # to be read again at leisure

    run(work())


def test_keys_and_lines_arrive_in_their_order(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await visitor.call()
            await page.click("#keypad-toggle")
            for key in "157*0#":
                await page.click(f"#keypad button:text-is('{key}')")
            await page.keyboard.press("9")  # of the computer's own
            await page.fill("#text", " 배송지를 바꾸고 싶어요 ")
            await page.press("#text", "Enter")
            await page.keyboard.type("4")  # belongs to the line
            await until(lambda: len(visitor.calls.asked) == 8)
            pressed = [Press(call_id, key) for key in "157*0#9"]
            assert visitor.calls.asked == [*pressed, Type(call_id, "배송지를 바꾸고 싶어요")]
            await expect(page.locator("#text")).to_have_value("4")
            await expect(page.locator(".aside")).to_have_count(0)

    run(work())


def test_a_line_that_does_not_arrive_is_given_back(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.call()
            await visitor.page.route("**/text", lambda route: route.abort())
            await visitor.page.fill("#text", "환불해 주세요")
            await visitor.page.press("#text", "Enter")
            await visitor.reads("보내지 못했습니다. 다시 눌러 주세요.")
            await expect(visitor.page.locator("#text")).to_have_value("환불해 주세요")

    run(work())


def test_muted_nothing_is_heard(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            ticker = visitor.calls.tickers[call_id]
            await visitor.page.click("#mute")
            await expect(visitor.page.locator("#mute")).to_have_attribute("aria-pressed", "true")
            ticker.heard.clear()
            await until(lambda: len(ticker.heard) > 150 and np.abs(ticker.sound[-32_000:]).max() < 50)
            await visitor.page.click("#mute")
            await until(lambda: peak(ticker.sound[-16_000:]) > 0.01)

    run(work())


def test_the_notice_of_the_bundled_recognizer(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house(synthetic_voices_only=True)) as visitor:
            await expect(visitor.page.locator("#notice")).to_contain_text("합성 음성만 알아듣습니다")
            await visitor.call()
            await expect(visitor.page.locator("#keypad")).to_be_visible()
            await expect(visitor.page.locator("#writing")).to_be_visible()

    run(work())


def test_without_the_notice_the_keypad_is_shown_when_wanted(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await expect(visitor.page.locator("#notice")).to_be_hidden()
            await visitor.call()
            await expect(visitor.page.locator("#keypad")).to_be_hidden()
            await visitor.page.click("#keypad-toggle")
            await expect(visitor.page.locator("#keypad button")).to_have_count(12)
            await expect(visitor.page.get_by_role("button", name="우물 정")).to_be_visible()

    run(work())


# ---- no call


def test_a_microphone_refused_is_explained_and_done_without(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house(), "--deny-permission-prompts") as visitor:
            await visitor.page.click("#call")
            await visitor.is_told("마이크 사용이 허용되지 않았습니다.")
            await visitor.is_over("아직 연결되지 않았습니다.")
            await visitor.page.click("text=마이크 없이 통화하기")
            await visitor.state("talking")
            await until(lambda: visitor.calls.tickers)
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            await expect(visitor.page.locator("#problem")).to_be_hidden()
            await expect(visitor.page.locator("#mute")).to_be_hidden()
            await visitor.page.click("#keypad-toggle")
            await visitor.page.click("#keypad button:text-is('3')")
            await until(lambda: visitor.calls.asked == [Press(visitor.calls.up[0], "3")])

    run(work())


NO_MICROPHONE = [
    ("NotAllowedError", "Permission denied", "마이크 사용이 허용되지 않았습니다."),
    ("NotAllowedError", "Permission dismissed", "묻는 창이 닫혔습니다."),
    ("NotAllowedError", "Permission denied by system", "기기의 개인정보 보호 설정"),
    ("NotFoundError", "Requested device not found", "마이크를 찾지 못했습니다."),
    ("NotReadableError", "Could not start audio source", "다른 프로그램이 마이크를"),
    ("OverconstrainedError", "", "마이크를 열지 못했습니다."),
]


def test_why_there_is_no_microphone(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            for name, message, told in NO_MICROPHONE:
                fails = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException(%r, %r); };"
                await visitor.page.evaluate("{" + fails % (message, name) + "0}")
                await visitor.page.click("#call")
                await visitor.is_told(told)
                await expect(visitor.page.locator("#way")).to_have_text("마이크 없이 통화하기")
            assert not visitor.calls.offered

    run(work())


def test_hung_up_while_the_browser_asks(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.evaluate("""{
              const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
              navigator.mediaDevices.getUserMedia = async (wanted) => {
                await new Promise((allow) => (window.allow = allow));
                return (window.stream = await open(wanted));
              };
            0}""")
            await visitor.page.click("#call")
            await visitor.state("asking")
            await expect(visitor.page.locator("#status")).to_contain_text("마이크 사용을 허용해 주세요.")
            await visitor.page.click("#call")
            await visitor.is_over("버튼을 누르면 바로 연결됩니다.")
            await visitor.page.evaluate("allow()")
            await visitor.sees("window.stream?.getAudioTracks()[0].readyState === 'ended'")
            await visitor.state("idle")
            assert not visitor.calls.offered

    run(work())


NO_CALL = [
    (Refused("busy"), "모든 회선이 통화 중입니다."),
    (Refused("the service is going down"), "지금은 전화를 받을 수 없습니다."),
    (Refused("no Opus", is_description=True), "이 브라우저로는 통화할 수 없습니다."),
    (None, "너무 여러 번 거셨습니다."),
]


def test_a_service_that_takes_no_call(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        of = house()
        async with visiting(chromium, of) as visitor:
            for refused, told in NO_CALL:
                of.lets_in = refused is not None
                of.calls.refused += [refused] if refused else []
                await visitor.page.click("#call")
                await visitor.is_told(told)
                await visitor.is_over("아직 연결되지 않았습니다.")
            of.lets_in = True
            await visitor.call()
            await expect(visitor.page.locator("#problem")).to_be_hidden()

    run(work())


def test_a_service_that_cannot_be_reached(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.context.set_offline(True)
            await visitor.page.click("#call")
            await visitor.is_told("인터넷 연결을 확인하고 다시 걸어 주세요.")

    run(work())


def test_a_network_that_lets_no_sound_through(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            visitor.calls.loses_packets = True
            await visitor.page.click("#call")
            await expect(visitor.page.locator("#problem")).to_contain_text("음성이 오가지 못합니다.", timeout=30_000)
            await until(lambda: visitor.calls.hung_up == list(visitor.calls.doors))

    run(work())


def test_a_browser_that_blocks_sound(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.evaluate("""{
              const play = HTMLMediaElement.prototype.play;
              HTMLMediaElement.prototype.play = async function () {
                HTMLMediaElement.prototype.play = play;
                throw new DOMException("play() failed", "NotAllowedError");
              };
            0}""")
            await visitor.call()
            await visitor.is_told("브라우저가 소리를 막아 두었습니다.")
            await visitor.page.click("text=소리 켜기")
            await expect(visitor.page.locator("#problem")).to_be_hidden()
            await visitor.sees("!document.getElementById('voice').paused")

    run(work())


# ---- the call goes on


def test_offline_for_ten_seconds(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            await visitor.page.context.set_offline(True)
            await visitor.state("lost")
            await expect(visitor.page.locator("#status")).to_have_text("연결이 끊겨 다시 잇고 있습니다…")
            await asyncio.sleep(10)
            visitor.say(call_id, final(1, "여보세요?"))
            await visitor.page.context.set_offline(False)
            await visitor.state("talking")
            visitor.say(call_id, BotStarted(1, "네, 말씀하세요.", 0))
            await visitor.reads(GREETING, "여보세요?", "네, 말씀하세요.")
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            assert visitor.calls.up == [call_id] and not visitor.door(call_id).is_closed

    run(work())


def test_packets_that_find_no_way_any_more(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            await visitor.note_states()
            visitor.calls.lose_packets(call_id)
            await visitor.sees("states.length > 1", within_s=30)
            assert (await visitor.page.evaluate("states"))[0] == "lost"
            await visitor.state("talking")
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            ticker = visitor.calls.tickers[call_id]
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)
            assert [type(command) for command in visitor.calls.asked] == [Reoffer]

    run(work())


def test_a_call_that_ended_while_nobody_could_be_told(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            await visitor.page.context.set_offline(True)
            await visitor.state("lost")
            visitor.calls.end(call_id, CallEnded("service", "stopped", 1))
            visitor.door(call_id).hang_up()
            await visitor.page.context.set_offline(False)
            await visitor.state("idle")

    run(work())


def test_without_captions_the_end_is_seen_all_the_same(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            await visitor.page.route_web_socket("**/captions*", lambda socket: socket.close())
            call_id = await visitor.call()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)
            visitor.calls.end(call_id, CallEnded("bot", "done", 1))
            visitor.door(call_id).hang_up()
            await visitor.is_over("통화가 끝났습니다.")

    run(work())


def test_a_page_that_was_asleep(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            browser = await visitor.page.context.new_cdp_session(visitor.page)
            await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
            await asyncio.sleep(5)
            visitor.say(call_id, final(1, "여보세요?"))
            await browser.send("Page.setWebLifecycleState", {"state": "active"})
            await visitor.reads(GREETING, "여보세요?")
            await visitor.state("talking")
            assert not visitor.door(call_id).is_closed

    run(work())


@pytest.mark.parametrize("leaves", ["closes", "goes elsewhere"])
def test_a_page_that_is_left_hangs_up(chromium: Chromium, leaves: str) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await visitor.call()
            if leaves == "closes":
                await visitor.page.close(run_before_unload=True)
            else:
                await visitor.page.goto("about:blank")
            await until(lambda: visitor.calls.hung_up == [call_id] and visitor.door(call_id).is_closed)

    run(work())


DEVICES = """{
  const devices = navigator.mediaDevices;
  const kind = "audioinput";
  devices.enumerateDevices = async () => window.inputs.map((deviceId) => ({ kind, deviceId, groupId: "" }));
  const open = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    if (window.inputs.length === 0) throw new DOMException("Requested device not found", "NotFoundError");
    return (window.stream = await open(wanted));
  };
  window.inputs = ["built-in"];
  window.plug = (...inputs) => { window.inputs = inputs; devices.dispatchEvent(new Event("devicechange")); };
0}"""


def test_another_microphone_and_none(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            await page.evaluate(DEVICES)
            call_id = await visitor.call()
            ticker = visitor.calls.tickers[call_id]
            await page.evaluate("window.first = window.stream.getAudioTracks()[0]; 0")
            await page.evaluate("plug('built-in', 'headset')")
            await visitor.reads("바뀐 마이크로 통화를 이어 갑니다.")
            assert await page.evaluate("first.readyState") == "ended"
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)

            await page.evaluate("stream.getAudioTracks()[0].stop(); plug()")
            await visitor.is_told("마이크가 끊겨 말씀이 들리지 않습니다.")
            await expect(page.locator("#mute")).to_be_hidden()
            assert await visitor.heard_hz() == pytest.approx(BOTS_HZ, abs=6)  # who is not heard hears all the same

            await page.evaluate("plug('headset')")
            await expect(page.locator("#problem")).to_be_hidden()
            await expect(page.locator("#mute")).to_be_visible()
            ticker.heard.clear()
            await until(lambda: np.abs(ticker.sound).max(initial=0) > 1_000)
            assert not visitor.calls.asked  # all of it over the one connection

    run(work())


def test_captions_go_on_when_their_socket_breaks(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            breaking = """{
              const Real = WebSocket;
              window.sockets = [];
              window.WebSocket = class extends Real {
                constructor(...all) { super(...all); window.sockets.push(this); }
              };
            0}"""
            await visitor.page.evaluate(breaking)
            call_id = await visitor.call()
            visitor.say(call_id, BotStarted(0, GREETING, 0))
            await visitor.reads(GREETING)
            await visitor.page.evaluate("sockets[0].close(4000)")
            visitor.say(call_id, final(1, "여보세요?"))
            await visitor.reads(GREETING, "여보세요?")
            assert await visitor.page.evaluate("sockets.length") == 2

    run(work())


# ---- on the company's own site


SITE = """<!doctype html><meta charset="utf-8"><title>누리상점</title>
<meta http-equiv="content-security-policy" content="style-src 'none'; script-src http://%s">
<h1>누리상점</h1><aicc-call called="15880000">상담 전화</aicc-call>
<script src="http://%s/call/files/button.js"></script><script src="http://%s/call/files/button.js"></script>"""


def site(voicebot: list[str]) -> FastAPI:
    """Another origin, since on another port; ``voicebot`` has its one place when the page is read."""
    app = FastAPI()

    @app.get("/")
    async def page() -> Response:
        return Response(SITE.replace("%s", voicebot[0]), media_type="text/html; charset=utf-8")

    return app


def test_the_call_button_on_another_site(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        voicebot: list[str] = []
        async with serving(site(voicebot)) as elsewhere, chromium.started() as browser:
            of = house(origins=(f"http://{elsewhere}",))
            async with serving_house(of) as place, opened(browser, of, place) as visitor:
                voicebot.append(place)
                page = visitor.page
                await page.goto(f"http://{elsewhere}/")
                await page.click("aicc-call >> button")
                framed = page.frame_locator("aicc-call >> iframe")
                await expect(framed.locator("#phone")).to_have_attribute("data-state", "talking")
                await until(lambda: visitor.calls.tickers)
                assert visitor.calls.offered[0][0] == "15880000"
                assert await page.frames[1].evaluate(HEARD) == pytest.approx(BOTS_HZ, abs=6)
                await page.click("aicc-call >> text=✕")
                await until(lambda: visitor.calls.hung_up and not visitor.calls.up)
                await expect(page.locator("aicc-call >> iframe")).to_have_count(0)
                await page.click("aicc-call >> button")  # and again
                await expect(framed.locator("#phone")).to_have_attribute("data-state", "talking")

    run(work())


def test_no_other_site_shows_the_page(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        of = house(origins=("https://www.example.com",))
        async with (
            serving_house(of) as place,
            serving(site([place])) as elsewhere,
            chromium.started() as browser,
        ):
            page = await browser.new_page()
            complaints: list[str] = []
            page.on("console", lambda message: complaints.append(message.text))
            await page.goto(f"http://{elsewhere}/")
            await page.click("aicc-call >> button")
            await until(lambda: any("frame-ancestors" in complaint for complaint in complaints))
            assert not of.calls.offered

    run(work())


def test_a_link_makes_no_call(chromium: Chromium) -> None:  # noqa: F811
    async def work() -> None:
        of = house()
        async with (
            serving_house(of) as place,
            chromium.started() as browser,
            opened(browser, of, place, "/call?start&called=15880000") as visitor,
        ):
            await visitor.state("idle")
            await visitor.call()
            assert [called for called, _ in of.calls.offered] == ["15880000"]

    run(work())
