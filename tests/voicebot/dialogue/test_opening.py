import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kb.embedding.bundled import BundledEmbedding
from kb.entry import Entry
from tests.fakes.mind import ReadOut
from voicebot.dialogue.heard import Heard
from voicebot.dialogue.mind import Mind
from voicebot.dialogue.opening import KnowledgeBroken, open_mind

TODAY = date(2026, 11, 22)
SCENARIO = "scenario: 가게\ncompany: 누리가게\nstart: 인사\nknowledge: [faq.csv]\n"
FLOW = "flow: 인사\nabout: 인사해 드립니다\nsteps: [{say: 안녕하세요.}]\n"
RETURNS = "flow: 반품\nabout: 반품해 드립니다\nexamples: [반품할래요]\nquestions: [fee]\nsteps: [{say: 네.}]\n"
FAQ = "id,question,answer\nhours,몇 시까지 해요?,여섯 시까지 합니다.\nfee,반품비는 얼마예요?,육천 원입니다.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "flows").mkdir()
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "flows" / "hello.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "faq.csv").write_text(FAQ, encoding="utf-8")
    yield tmp_path


def opened(folder: Path, *knowledge: Entry) -> Mind:
    mind = open_mind(folder, BundledEmbedding.load(), ReadOut(), knowledge=knowledge)  # type: ignore[arg-type]
    asyncio.run(mind.services.close())
    return mind


def test_a_scenario_answers_from_its_own_files_and_from_what_was_ingested(folder: Path) -> None:
    mind = opened(folder, Entry("parking", "주차할 수 있나요?", "두 시간 무료입니다."))
    assert mind.scenario.company == "누리가게" and list(mind.flows) == ["인사"]
    for said, answer in [("몇 시까지 하나요", "hours"), ("주차할 수 있어요", "parking")]:
        assert mind.understanding.answers(Heard.of(said).written, TODAY)[0].entry.id == answer


def test_a_flow_serves_what_is_known_only(folder: Path) -> None:
    (folder / "flows" / "returns.yaml").write_text(RETURNS, encoding="utf-8")
    assert "fee" not in {hit.entry.id for hit in opened(folder).understanding.nearest("반품비는 얼마예요", TODAY)}
    (folder / "faq.csv").write_text("".join(FAQ.splitlines(keepends=True)[:2]), encoding="utf-8")
    with pytest.raises(KnowledgeBroken, match='flow "반품" serves fee'):
        opened(folder)


def test_a_broken_row_is_named_with_its_line(folder: Path) -> None:
    (folder / "faq.csv").write_text(FAQ + "late,,\nworse,,\n", encoding="utf-8")
    with pytest.raises(KnowledgeBroken, match=r"faq\.csv:4: .*\(and 1 more\)"):
        opened(folder)
