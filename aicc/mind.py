"""The mind of this installation: a scenario opened with the chosen embedding, answers and knowledge."""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from aicc.books import open_book
from aicc.settings import Settings
from voicebot.dialogue.mind import Mind


async def open_mind(folder: Path, settings: Settings, addresses_of_services: Mapping[str, str] | None = None) -> Mind:
    """The scenario in ``folder``, with what was ingested beside its own files. Computes in a thread of its own."""
    mind = await asyncio.to_thread(_open, folder, settings, addresses_of_services or {})
    await _warm_up(mind)
    return mind


async def _warm_up(mind: Mind) -> None:
    """Answers a question to nobody: what libraries load on their first use would keep the first caller waiting."""
    from voicebot.dialogue.answer import open_answers
    from voicebot.dialogue.heard import Heard

    question, today = "상담 시간이 어떻게 되나요", date.today()
    mind.understanding.read(Heard.of(question), today)
    hits = mind.understanding.nearest(question, today)
    async for _ in open_answers().stream(question, hits):
        pass


def _open(folder: Path, settings: Settings, addresses_of_services: Mapping[str, str]) -> Mind:
    from kb.embedding import open_embedding
    from kb.shelf import Shelf
    from voicebot.dialogue.answer import open_answers
    from voicebot.dialogue.opening import open_mind
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    ingested = Shelf.open(settings.knowledge, embedding).entries() if settings.knowledge.is_dir() else ()
    loaded = load_scenario(folder)
    answers = open_answers(settings.answers, loaded.scenario.limits.answer_chars)
    return open_mind(folder, embedding, answers, addresses_of_services, ingested, open_book(loaded, settings))
