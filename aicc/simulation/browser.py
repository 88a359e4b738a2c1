"""A caller with a real browser: Chromium opens the service's page, presses the button, and speaks from a sound file."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from aicc.errors import AiccError
from aicc.simulation.measure import BOT_FLOOR_DBFS, HEARD_AS_ONE_MS, Done, Heard, turns_of
from aicc.simulation.report import Turn
from aicc.simulation.script import Voice
from aicc.simulation.speech import SPEECH_FLOOR_DBFS, Speech
from voicebot.audio import Samples

MICROPHONE_HZ = 48_000
WORDS_APART_MS = 700  # longer silences of the caller lie between two things said
READY_MS = 15_000
LOOK_S = 1.0
EARS = Path(__file__).with_name("ears.js")


class NoBrowser(AiccError):
    """There is no Chromium, or nothing to drive it with."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the caller says, and the silence of the microphone before it."""

    text: str
    after_s: float


@dataclass(frozen=True, slots=True)
class BrowserCall:
    """What was heard in the page. ``held_back_ms``: how long the browser kept the bot's sound before it played it.

    ``connected_ms`` is from the press of the button to a call that talks.
    """

    turns: tuple[Turn, ...]
    connected_ms: float
    held_back_ms: float

    @property
    def waits_ms(self) -> list[float]:
        """From the caller's last sound to the bot's first, of what was said into silence."""
        waits = (turn.voice_to_voice_ms for turn in self.turns if not turn.into_speech)
        return [wait_ms for wait_ms in waits if wait_ms is not None]


def spoken(said: Sequence[Said], after_s: float) -> Samples:
    """What a microphone hears, at 48 kHz, with ``after_s`` of silence behind it."""
    speech = Speech(MICROPHONE_HZ)
    parts: list[Samples] = []
    for one in said:
        parts += [np.zeros(int(one.after_s * MICROPHONE_HZ), np.int16), speech.say(one.text, Voice())]
    return np.concatenate([*parts, np.zeros(int(after_s * MICROPHONE_HZ), np.int16)])


def microphone(said: Sequence[Said], path: Path, after_s: float) -> float:
    """Writes the file that Chromium's microphone plays; how long it is, in s."""
    sound = spoken(said, after_s)
    soundfile.write(path, sound, MICROPHONE_HZ)
    return len(sound) / MICROPHONE_HZ


def find_chromium() -> str:
    """The program; :class:`NoBrowser` where it, or what drives it, is not installed."""
    if importlib.util.find_spec("playwright") is None:
        raise NoBrowser('no playwright to drive a browser with: pip install "playwright>=1.50"')
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowser("no Chromium on this machine: apt-get install chromium")
    return program


async def call_from_page(address: str, sound: Path, texts: Sequence[str], seconds: float) -> BrowserCall:
    """Calls from ``address``/call with ``sound`` as the microphone, for so long or until the bot hangs up.

    ``texts`` are what is said in it, in order. Raises :class:`NoBrowser`.
    """
    program = find_chromium()
    from playwright.async_api import Error, async_playwright

    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream"]
    options += ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={sound}%noloop"]
    rows: list[tuple[float, float, float]] = []
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=program, args=options)
        except Error as error:
            raise NoBrowser(f"Chromium does not start: {error.message.splitlines()[0]}") from None
        try:
            page = await browser.new_page(bypass_csp=True)
            await page.add_init_script(EARS.read_text())
            await page.goto(f"{address}/call")
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            await page.click("#call:not([disabled])", timeout=READY_MS)
            await page.wait_for_selector('#phone[data-state="talking"]', timeout=READY_MS)
            connected_ms = 1000 * (loop.time() - began_s)
            while loop.time() < began_s + seconds:
                await asyncio.sleep(LOOK_S)
                held_back_ms = await page.evaluate("heldBackMs()")
                rows += await page.evaluate("takeHeard()")
                if await page.get_attribute("#phone", "data-state") != "talking":
                    break
            return BrowserCall(turns_in(rows, texts), connected_ms, held_back_ms)
        finally:
            await browser.close()


def turns_in(rows: Sequence[tuple[float, float, float]], texts: Sequence[str]) -> tuple[Turn, ...]:
    """``rows`` are ms, the caller's and the bot's peak from there to the next row, 1.0 full scale."""
    at_ms, caller, bot = np.asarray(rows, np.float64).reshape(-1, 3).T
    said = stretches(at_ms, caller, SPEECH_FLOOR_DBFS, WORDS_APART_MS)
    heard = stretches(at_ms, bot, BOT_FLOOR_DBFS, HEARD_AS_ONE_MS)
    done = [
        Done("say", text, any(bot.start_ms < one.start_ms < bot.end_ms for bot in heard), one.start_ms, one.end_ms)
        for text, one in zip(texts, said, strict=False)
    ]
    return turns_of(done, heard, float(at_ms[-1]) if len(at_ms) else 0.0)


def stretches(
    at_ms: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    peaks: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    floor_dbfs: float,
    apart_ms: float,
) -> list[Heard]:
    """What is louder than the floor, silences shorter than ``apart_ms`` included."""
    found: list[Heard] = []
    block_ms = float(np.median(np.diff(at_ms))) if len(at_ms) > 1 else 0.0
    for start_ms in at_ms[peaks > 10 ** (floor_dbfs / 20)]:
        if found and start_ms - found[-1].end_ms < apart_ms:
            found[-1].end_ms = float(start_ms) + block_ms
        else:
            found.append(Heard(float(start_ms), float(start_ms) + block_ms))
    return found
