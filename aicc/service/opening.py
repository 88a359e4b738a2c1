"""What a process needs to hold calls, opened as the settings say: models, scenarios, and a place for what is kept."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aicc.errors import AiccError
from aicc.service.process import Start
from aicc.service.web.ice import ice_servers
from aicc.settings import Settings

if TYPE_CHECKING:
    from voicebot.call import Tools
    from voicebot.events import Logged
    from voicebot.leg_news import LegNews
    from voicebot.media import Media

STANDBY = "bundled"


class KeyMissing(AiccError):
    """Recordings are to be encrypted, and there is no key."""


async def open_media(
    start: Start, events: Callable[[list[Logged]], None], gone: Callable[[str], None], legs: LegNews
) -> Media:
    """Some seconds of computing, off the loop. Raises what the rooms raise, with a sentence for a person."""
    from aicc.mind import open_mind
    from voicebot.doors.opening import Doors
    from voicebot.doors.wav import RATES_HZ
    from voicebot.doors.webrtc.dtls import warm_up as warm_up_dtls
    from voicebot.hold_music import loop_of
    from voicebot.keeping import Keeping
    from voicebot.media import Media

    settings = start.settings
    keeping = Keeping(
        start.data, settings.recordings.record, recording_key(settings), settings.calls.longest_minutes * 60_000
    )
    loop = asyncio.get_running_loop()
    opened: list[Media] = []

    def fault(what: str, cured_by: str) -> None:
        """In the thread that decodes."""
        for media in opened:
            loop.call_soon_threadsafe(media.fault, "ear", what, cured_by)

    tools = await asyncio.to_thread(open_tools, settings, start.inference_socket, fault)
    if settings.web.enabled:
        await asyncio.to_thread(warm_up_dtls)
    if settings.desk.enabled:
        for rate_hz in RATES_HZ:
            await asyncio.to_thread(loop_of, rate_hz)
    minds = {
        name: await open_mind(folder, settings, start.addresses.get(name)) for name, folder in start.scenarios.items()
    }
    any_host = "::" if settings.sip.address and ":" in settings.sip.address else "0.0.0.0"
    doors = Doors(
        settings.rtp.ports,
        settings.rtp.codecs,
        settings.rtp.srtp,
        settings.rtp.lost_seconds,
        rtp_host=any_host if settings.sip.address else None,
        ice_servers=partial(ice_servers, settings.web.ice),
    )
    media = Media(
        tools,
        minds,
        settings.slots,
        keeping,
        start.socket,
        doors.open,
        events,
        gone,
        legs,
        has_desk=settings.desk.enabled,
    )
    opened.append(media)
    media.open()
    return media


def open_tools(
    settings: Settings, inference: Path | None = None, fault: Callable[[str, str], None] = lambda what, cured_by: None
) -> Tools:
    """Recognizer and voice, warm. Blocks. ``fault`` hears of it when the process at ``inference`` fails."""
    from voicebot.call import SPOKEN_WHATEVER_HAPPENS, Tools
    from voicebot.doors.wav import RATES_HZ
    from voicebot.hearing import Hearing
    from voicebot.speaking import Voice
    from voicebot.stt import open_recognizer
    from voicebot.stt.evaluation import warm_up
    from voicebot.stt.remote import RemoteRecognizer
    from voicebot.tts import open_synthesizer
    from voicebot.vad import VoiceDetector

    # beside an inference process a CPU engine stands by, which always keeps up with its calls
    choice = settings.recognizer if inference is None else STANDBY
    recognizer = open_recognizer(choice, settings.models, settings.device)
    warm_up(recognizer)
    if inference is not None:
        recognizer = RemoteRecognizer(inference, recognizer, fault)
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
