"""Conversation tests of the tea house, written in a test."""

import asyncio
from datetime import datetime
from pathlib import Path

from tests.fakes.mind import open_fake_mind
from voicebot.dialogue.trial.case import Case
from voicebot.dialogue.trial.case_file import WrittenCase
from voicebot.dialogue.trial.expect import judge
from voicebot.dialogue.trial.play import Played, play
from voicebot.dialogue.trial.watched import WatchedServices

TEAHOUSE = Path(__file__).parent / "teahouse"
NOW = datetime(2026, 11, 25, 14)


def written(*talk, **more) -> WrittenCase:
    """Line 1 is the case's, line 10 its first step's."""
    case = Case.model_validate({"test": "시험", "talk": list(talk), "now": NOW, **more})
    return WrittenCase(case, Path("tests/시험.yaml"), 1, tuple(range(10, 10 + len(talk))))


def played(*talk, **more) -> Played:
    """Played without services: what asks one finds nobody there."""

    async def run() -> Played:
        mind = await open_fake_mind(TEAHOUSE)
        services = WatchedServices(mind.scenario.services, {})
        try:
            return await play(written(*talk, **more), mind, services)
        finally:
            await services.close()
            await mind.services.close()

    return asyncio.run(run())


def misses(*talk, **more) -> list[str]:
    """What is wrong, each with its line."""
    return [f"{miss.line}: {miss.what}" for miss in judge(played(*talk, **more))]
