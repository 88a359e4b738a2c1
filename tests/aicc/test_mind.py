import asyncio
import dataclasses
from datetime import date
from pathlib import Path

import pytest

from aicc.mind import open_mind
from aicc.settings import Settings
from kb.embedding import EmbeddingUnavailable
from voicebot.dialogue.heard import Heard

SCENARIO = "scenario: 가게\ncompany: 누리가게\nstart: 인사\nknowledge: [faq.csv]\n"
FAQ = "id,question,answer\nhours,몇 시까지 해요?,여섯 시까지 합니다.\n"
FLOW = "flow: 인사\nabout: 인사해 드립니다\nsteps: [{say: 안녕하세요.}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # where nobody has ingested anything and nothing is configured
    (tmp_path / "flows").mkdir()
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "flows" / "hello.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "faq.csv").write_text(FAQ, encoding="utf-8")
    return tmp_path


def test_a_scenario_opens_with_the_bundled_embedding_and_no_ingested_knowledge(folder: Path) -> None:
    async def opened() -> list[str]:
        mind = await open_mind(folder, Settings.load())
        await mind.services.close()
        question = Heard.of("몇 시까지 하나요").written
        return [hit.entry.id for hit in mind.understanding.nearest(question, date(2026, 11, 22))]

    assert asyncio.run(opened()) == ["hours"]


def test_an_embedding_that_is_not_there_is_named(folder: Path) -> None:
    settings = Settings.load()
    changed = (
        dataclasses.replace(settings, embedding="nothing")
        if dataclasses.is_dataclass(settings)
        else (settings.model_copy(update={"embedding": "nothing"}))
    )
    with pytest.raises(EmbeddingUnavailable, match='no embedding "nothing"'):
        asyncio.run(open_mind(folder, changed))
