"""The page in real Chromium: a text chat, what an agent sends into it, and browsers that close, sleep and double."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from aicc.service.web.page_call import MOST_READERS
from tests.aicc.service.web.fake_calls import House, until
from tests.aicc.service.web.visiting import GREETING, Visitor, final, house, opened, run, serving_house, visiting
from tests.servers.chromium import Chromium
from voicebot.events import (
    AgentJoined,
    BotFinished,
    BotStarted,
    CallEnded,
    ConsentGiven,
    Event,
    HandoffRequested,
    PageAnswered,
    PageShown,
    TranscriptFinal,
)
from voicebot.link import Refused, Type

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[4] / "assist/web/node_modules/axe-core/axe.min.js"
VIOLATIONS = "axe.run().then((told) => told.violations.map((one) => [one.id, one.nodes[0].html]))"
NAMED = "[...document.querySelectorAll('#captions li')].map((line) => line.dataset.name ?? '')"
FORM = PageShown("kim", "form", "배송지 확인", fields=("받는 분", "주소"))


def bot(text: str, turn: int = 0) -> tuple[Event, ...]:
    return BotStarted(turn, text, 0), BotFinished(turn, text)


def agent(turn: int, text: str) -> TranscriptFinal:
    return TranscriptFinal("agent", turn, text, text, (), "typed")


async def chat(visitor: Visitor) -> str:
    """Presses the button; the chat's id, when it is open."""
    await visitor.page.click("#chat")
    await visitor.state("talking")
    return visitor.calls.up[-1]


@contextlib.asynccontextmanager
async def another_tab(visitor: Visitor) -> AsyncIterator[Page]:
    """Of the same chat, as a browser doubles it."""
    page = await visitor.page.context.new_page()
    token = await visitor.page.evaluate("sessionStorage.getItem('aicc-chat')")
    await page.goto(visitor.page.url)
    await page.evaluate("(token) => sessionStorage.setItem('aicc-chat', token)", token)
    await page.reload()
    yield page
    await page.close()


def test_a_chat_from_the_first_line_to_the_last(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await chat(visitor)
            await expect(page.locator("button:visible")).to_have_text(["보내기", "채팅 끝내기"])
            await expect(page.locator("#log")).to_have_attribute("aria-live", "polite")
            visitor.say(call_id, *bot(GREETING))
            await page.keyboard.type("반품하고 싶어요")  # one may write at once
            await page.keyboard.press("Enter")
            await until(lambda: visitor.calls.asked == [Type(call_id, "반품하고 싶어요")])
            visitor.say(call_id, final(1, "반품하고 싶어요"), *bot("네.", 1), *bot("상담사를 연결해 드릴게요.", 1))
            visitor.say(call_id, HandoffRequested("asked", "반품", ""), AgentJoined("kim", "answered"))
            visitor.say(call_id, agent(2, "상담사 김누리입니다."), agent(3, "무엇을 도와드릴까요?"))
            told = ["상담사에게 연결합니다.", "상담사와 연결되었습니다."]
            said = ["반품하고 싶어요", "네.", "상담사를 연결해 드릴게요.", *told, "상담사 김누리입니다."]
            await visitor.reads(GREETING, *said, "무엇을 도와드릴까요?")
            names = ["상담 봇", "나", "상담 봇", "", "", "", "상담사", ""]
            assert await page.evaluate(NAMED) == names
            visitor.calls.end(call_id, CallEnded("agent", "hung_up", 1))
            note = "상담사가 채팅을 마쳤습니다. 이용해 주셔서 고맙습니다."
            await visitor.is_over(note)
            await expect(page.locator("#captions li").last).to_have_text(note)
            assert await page.evaluate("sessionStorage.length") == 0
            assert await chat(visitor) != call_id
            await visitor.reads()
            await page.click("#call")
            await visitor.is_over("채팅을 마쳤습니다. 이용해 주셔서 고맙습니다.")
            await until(lambda: visitor.calls.hung_up == [visitor.calls.up[-1]])

    run(work())


def test_a_syllable_that_is_being_composed_is_sent_once_and_whole(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await chat(visitor)
            keyboard = await page.context.new_cdp_session(page)
            for press in ("#writing button", None):
                composing = {"text": "언제 와요", "selectionStart": 5, "selectionEnd": 5}
                await keyboard.send("Input.imeSetComposition", composing)
                await expect(page.locator("#text")).to_have_value("언제 와요")
                if press:
                    await page.click(press)
                else:
                    await page.evaluate("document.getElementById('writing').requestSubmit()")
                await expect(page.locator("#text")).to_have_value("")
                await expect(page.locator("#text")).to_be_focused()
            await page.keyboard.type("네")
            await page.keyboard.press("Enter")
            await until(lambda: len(visitor.calls.asked) > 2)
            assert visitor.calls.asked == [Type(call_id, text) for text in ("언제 와요", "언제 와요", "네")]

    run(work())


@pytest.mark.load
def test_that_the_bot_is_at_its_answer_is_shown(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await chat(visitor)
            visitor.say(call_id, final(1, "언제 와요"))
            await visitor.reads("언제 와요", "상담 봇이 답을 쓰고 있습니다…")
            visitor.say(call_id, *bot("내일 도착해요.", 1), HandoffRequested("asked", "", ""), final(2, "네"))
            await visitor.reads("언제 와요", "내일 도착해요.", "상담사에게 연결합니다.", "네")

    run(work())


def test_what_is_written_stays_text(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await chat(visitor)
            evil = "<img src=x onerror=alert(1)><script>alert(2)</script> https://example.com/"
            form = PageShown("kim", "form", evil, fields=(evil, "</label><b>주소"))
            visitor.say(call_id, agent(1, evil), form, PageShown("kim", "page", evil, "javascript:alert(3)"))
            await expect(page.locator("#captions li")).to_have_count(3)
            await expect(page.locator("#captions strong").first).to_have_text(evil)
            await expect(page.locator("#captions label")).to_have_text([evil, "</label><b>주소"])
            await expect(page.locator("#captions :is(a, img, script, b)")).to_have_count(0)
            await page.get_by_role("textbox", name=evil).fill(evil)
            await page.click("text='보내기' >> nth=0")
            await until(lambda: told(visitor, call_id))
            assert told(visitor, call_id) == [PageAnswered({evil: evil, "</label><b>주소": ""})]

    run(work())


def told(visitor: Visitor, call_id: str) -> list[Event]:
    kinds = (PageAnswered, ConsentGiven)
    return [logged.event for logged in visitor.calls.logs[call_id].read() if isinstance(logged.event, kinds)]


def test_a_page_is_opened_by_the_caller_alone(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await chat(visitor)
            visitor.say(call_id, PageShown("kim", "page", "배송 조회", page.url))
            links = page.locator(".card a")
            await expect(links).to_have_text(["열기", "함께 보기"])
            for link in (links.first, links.last):
                await expect(link).to_have_attribute("rel", "noopener noreferrer")
                await expect(link).to_have_attribute("target", "_blank")
            assert len(page.context.pages) == 1
            async with page.context.expect_page() as first:
                await links.first.click()
            assert not told(visitor, call_id)
            assert await (await first.value).evaluate("window.opener") is None
            async with page.context.expect_page():
                await links.last.click()
            await until(lambda: len(told(visitor, call_id)) == 2)
            assert told(visitor, call_id) == [ConsentGiven("화면 함께 보기"), PageAnswered({"opened": "배송 조회"})]
            visitor.calls.end(call_id, CallEnded("agent", "hung_up", 1))
            await expect(links).to_have_text(["열기"])

    run(work())


def test_forms_in_a_call_by_voice(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            call_id = await visitor.call()
            visitor.say(call_id, agent(1, "양식을 보내 드릴게요."), FORM)
            await expect(page.locator("#news")).to_have_text("상담사가 보낸 양식: 배송지 확인")
            assert await page.evaluate(NAMED) == ["상담사", ""]
            await page.click("#keypad-toggle")
            await page.get_by_label("받는 분").press_sequentially("옛 양식 12")
            assert not visitor.calls.asked  # digits of a form are no keys
            visitor.say(call_id, FORM)
            await expect(page.locator(".card").first).to_contain_text("새 양식이 와서 닫혔습니다.")
            await page.click(".card >> text='보내기'")  # of the only one that is open
            await expect(page.locator(".card").last).to_contain_text("한 칸이라도 적어 주세요.")
            await expect(page.get_by_label("받는 분")).to_be_focused()
            await page.keyboard.type("김누리")
            await page.keyboard.press("Enter")
            await expect(page.locator(".card").last).to_contain_text("상담사에게 보냈습니다.")
            visitor.say(call_id, FORM)
            await page.click(".card >> text='보내지 않기'")
            await expect(page.locator(".card").last).to_contain_text("보내지 않으셨습니다.")
            assert told(visitor, call_id) == [PageAnswered({"받는 분": "김누리", "주소": ""}), PageAnswered({})]
            visitor.say(call_id, FORM)
            await expect(page.locator(".card form")).to_have_count(1)
            await page.click("#call")
            await expect(page.locator(".card").last).to_contain_text("상담이 끝나 닫혔습니다.")

    run(work())


@pytest.mark.load
def test_a_page_that_is_loaded_anew_goes_on(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await chat(visitor)
            visitor.say(call_id, *bot(GREETING), final(1, "언제 와요"), *bot("내일 도착해요.", 1), FORM)
            await expect(visitor.page.locator(".card form")).to_have_count(1)
            await visitor.page.reload()
            await visitor.state("talking")
            await expect(visitor.page.locator("#captions li")).to_have_count(4)
            await visitor.page.get_by_label("주소").fill("서울")
            await visitor.page.keyboard.press("Enter")
            await expect(visitor.page.locator(".card")).to_contain_text("상담사에게 보냈습니다.")
            assert visitor.calls.up == [call_id] and not visitor.calls.hung_up

    run(work())


@pytest.mark.load
def test_two_tabs_of_one_chat(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            call_id = await chat(visitor)
            visitor.say(call_id, *bot(GREETING), FORM)
            async with another_tab(visitor) as other:
                for page, text in ((visitor.page, "하나"), (other, "둘")):
                    await page.fill("#text", text)
                    await page.press("#text", "Enter")
                    visitor.say(call_id, final(1 if page is other else 2, text))
                for page in (visitor.page, other):
                    await expect(page.locator("#captions .caller")).to_have_text(["하나", "둘"])
                await other.get_by_label("주소").fill("서울")
                await other.keyboard.press("Enter")
                for page in (visitor.page, other):
                    await expect(page.locator(".card")).to_contain_text("상담사에게 보냈습니다.")
                await other.click("#call")
                await until(lambda: visitor.calls.hung_up == [call_id])
                visitor.calls.end(call_id, CallEnded("caller", "hung_up", 1))
                await visitor.is_over("채팅을 마쳤습니다. 이용해 주셔서 고맙습니다.")

    run(work())


@pytest.mark.load
def test_a_chat_that_is_not_there_any_more(chromium: Chromium) -> None:
    async def work() -> None:
        of = house()
        async with visiting(chromium, of) as visitor:
            call_id = await chat(visitor)
            await visitor.page.goto("about:blank")  # and the browser sleeps for long
            forget(of, call_id)
            await visitor.page.go_back()
            await visitor.is_over("지난 채팅 상담은 끝났습니다. 필요하시면 새로 문의해 주세요.")
            await expect(visitor.page.locator("#welcome")).to_be_visible()
            assert await chat(visitor) != call_id

    run(work())


def forget(of: House, call_id: str) -> None:
    of.calls.end(call_id, CallEnded("caller", "hung_up", 1))
    of.web_calls.left(call_id)
    for _, work in of.later:
        work()


@pytest.mark.load
def test_a_line_that_is_lost_is_found_again(chromium: Chromium) -> None:
    async def work() -> None:
        of = house()
        async with visiting(chromium, of) as visitor:
            call_id = await chat(visitor)
            visitor.say(call_id, *bot(GREETING))
            await visitor.reads(GREETING)
            call = of.web_calls._by_id[call_id]
            call._readers += MOST_READERS  # nobody gets in
            await visitor.page.evaluate("dispatchEvent(new Event('online'))")
            await visitor.state("lost")
            visitor.say(call_id, *bot("네, 말씀하세요.", 1))
            call._readers -= MOST_READERS
            await visitor.state("talking")
            await visitor.reads(GREETING, "네, 말씀하세요.")

    run(work())


@pytest.mark.load
def test_a_service_that_takes_no_chat(chromium: Chromium) -> None:
    async def work() -> None:
        of = house()
        of.calls.refused = [Refused("busy"), Refused("the service is going down")]
        async with visiting(chromium, of) as visitor:
            for text in ("지금은 문의가 많아 채팅을 열 수 없습니다.", "지금은 채팅을 열 수 없습니다. 몇 분 뒤"):
                await visitor.page.click("#chat")
                await visitor.is_told(text)
                await visitor.is_over("아직 채팅이 열리지 않았습니다.")
            of.lets_in = False
            await visitor.page.click("#chat")
            await visitor.is_told("짧은 시간에 너무 여러 번 여셨습니다.")
            of.lets_in = True
            await chat(visitor)
            await expect(visitor.page.locator("#problem")).to_be_hidden()

    run(work())


@pytest.mark.load
def test_by_keyboard_alone(chromium: Chromium) -> None:
    async def work() -> None:
        async with visiting(chromium, house()) as visitor:
            page = visitor.page
            await page.locator("#call").focus()
            await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            await visitor.state("talking")
            call_id = visitor.calls.up[-1]
            visitor.say(call_id, PageShown("kim", "page", "배송 조회", "https://example.com/"), FORM)
            await expect(page.locator(".card form")).to_have_count(1)
            reached = []
            for _ in range(8):  # backwards from the line to write on
                await page.keyboard.press("Shift+Tab")
                reached.append(await page.evaluate("document.activeElement.textContent || document.activeElement.id"))
            assert reached[:6] == ["보내지 않기", "보내기", "field-2-1", "field-2-0", "함께 보기", "열기"]
            assert "배송 조회" in reached[6]  # the log itself, to be scrolled
            await page.locator("#text").focus()
            await page.keyboard.press("Tab")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Space")
            await visitor.is_over("채팅을 마쳤습니다. 이용해 주셔서 고맙습니다.")

    run(work())


@pytest.mark.load
@pytest.mark.parametrize("size", [(320, 568), (390, 844), (568, 320), (1280, 800)])
def test_everything_has_its_place(chromium: Chromium, size: tuple[int, int]) -> None:
    async def work() -> None:
        of = house()
        async with serving_house(of) as place, chromium.started() as browser, opened(browser, of, place) as visitor:
            page = visitor.page
            await page.set_viewport_size({"width": size[0], "height": size[1]})
            for button in ("#call", "#chat"):
                await expect(page.locator(button)).to_be_in_viewport(ratio=1)
            call_id = await chat(visitor)
            visitor.say(call_id, *[one for turn in range(20) for one in bot(GREETING, turn)], FORM)
            await expect(page.get_by_label("주소")).to_be_visible()
            await visitor.sees(
                "(() => { const c = document.getElementById('log');"
                " return c.scrollTop + c.clientHeight > c.scrollHeight - 2; })()"
            )
            for part in ("#text", "#writing button", "#call"):
                await expect(page.locator(part)).to_be_in_viewport(ratio=1)
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    run(work())


@pytest.mark.load
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(chromium: Chromium, scheme: Literal["light", "dark"]) -> None:
    """By axe-core, which comes with the panel's tools."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in assist/web")

    async def work() -> None:
        of = house()
        async with serving_house(of) as place, chromium.started() as browser:
            page = await browser.new_page(color_scheme=scheme, bypass_csp=True)  # for axe itself
            await page.goto(f"http://{place}/call")
            await page.evaluate(AXE.read_text())
            await page.click("#chat:enabled")
            await expect(page.locator("#phone")).to_have_attribute("data-state", "talking")
            call_id = of.calls.up[-1]
            told = (*bot(GREETING), final(1, "언제 와요"), HandoffRequested("asked", "", ""), agent(2, "상담사입니다."))
            of.calls.say(call_id, *told, PageShown("kim", "page", "배송 조회", "https://example.com/"), FORM)
            await expect(page.locator(".card form")).to_have_count(1)
            assert await page.evaluate(VIOLATIONS) == []
            of.calls.end(call_id, CallEnded("agent", "hung_up", 1))
            await expect(page.locator("#chat")).to_be_visible()
            assert await page.evaluate(VIOLATIONS) == []

    run(work())
