"""What a process needs to hold calls, opened as the settings say: models, scenarios, and a place for what is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from aicc.errors import AiccError
from aicc.service.process import Start
from aicc.settings import Settings

if TYPE_CHECKING:
    from voicebot.call import Tools
    from voicebot.events import Logged
    from voicebot.media import Media


class KeyMissing(AiccError):
    """Recordings are to be encrypted, and there is no key."""


async def open_media(start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None]) -> Media:
    """Some seconds of computing, off the loop. Raises what the rooms raise, with a sentence for a person."""
    from aicc.mind import open_mind
    from voicebot.media import Keeping, Media

    settings = start.settings
    keeping = Keeping(
        start.data, settings.recordings.record, recording_key(settings), settings.calls.longest_minutes * 60_000
    )
    tools = await asyncio.to_thread(open_tools, settings)
    minds = {
        name: await open_mind(folder, settings, start.addresses.get(name)) for name, folder in start.scenarios.items()
    }
    media = Media(tools, minds, settings.slots, keeping, start.socket, events, gone)
    media.open()
    return media


def open_tools(settings: Settings) -> Tools:
    """Recognizer and voice, warm. Blocks."""
    from voicebot.call import SPOKEN_WHATEVER_HAPPENS, Tools
    from voicebot.doors.wav import RATES_HZ
    from voicebot.hearing import Hearing
    from voicebot.speaking import Voice
    from voicebot.stt import open_recognizer
    from voicebot.stt.evaluation import warm_up
    from voicebot.tts import open_synthesizer
    from voicebot.vad import VoiceDetector

    recognizer = open_recognizer(settings.recognizer, settings.models, settings.device)
    warm_up(recognizer)
    voice = Voice(open_synthesizer(settings.voice, settings.models))
    for rate_hz in RATES_HZ:
        voice.prepare(SPOKEN_WHATEVER_HAPPENS, rate_hz)
    return Tools(Hearing(recognizer, VoiceDetector()), voice, ThreadPoolExecutor(1, "reading"))


def recording_key(settings: Settings) -> bytes | None:
    """The key of recordings at rest, None where they are not encrypted; :class:`KeyMissing`, ``EncryptionError``."""
    variable = settings.recordings.encrypt
    if variable is None:
        return None
    if not (text := os.environ.get(variable)):
        raise KeyMissing(f'{variable} holds no key: set it, "openssl rand -base64 32" makes one')
    from voicebot.encryption import read_key

    return read_key(text)
