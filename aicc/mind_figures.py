"""Figures of the knowledge base and the conversation."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aicc.errors import AiccError
from aicc.figure import Figure, answer_of
from aicc.settings import Settings

SAMPLE_COMPANY = Path(__file__).parents[1] / "scenarios" / "nuri"


def mind_figures() -> Iterator[Figure]:
    """Of the search on organisations it has never seen, its speed, and the sample company's conversations."""
    yield from _search(answer_of("bench", "kb", "--json"))
    tests = answer_of("flow", "test", str(SAMPLE_COMPANY), "--json")
    yield Figure(f"conversation tests that fail (of {tests['passed'] + tests['failed']})", tests["failed"], 0, "tests")
    yield Figure("conversation tests, the whole suite", tests["seconds"], 20, "s")
    yield Figure("a turn without a language model, p95", tests["turn_p95_ms"], 25, "ms")
    yield Figure("memory with the sample company loaded", _memory_mb(), 700, "MB")


def _search(found: Mapping[str, Any]) -> Iterator[Figure]:
    organisations = [value["aicc"] for value in found.values() if isinstance(value, dict) and "aicc" in value]

    def mean(*path: str) -> float:
        values = []
        for of in organisations:
            for key in path:
                of = of[key]
            values.append(float(of))
        return sum(values) / len(values)

    def share(measure: str, limit: float, *path: str) -> Figure:
        return Figure(f"{measure}, unseen organisations", 100 * mean(*path), limit, "%", at_least=True)

    yield share("paraphrases, recall@1", 62, "paraphrase", "recall_at_1")
    yield share("paraphrases, recall@3", 82, "paraphrase", "recall_at_3")
    yield share("misheard questions, recall@1", 90, "noisy", "recall_at_1")
    yield share("misheard questions, recall@3", 96, "noisy", "recall_at_3")
    yield share("out-of-scope questions refused", 85, "none", "rejected")
    yield Figure("right answers refused with them", 100 * mean("false_rejects"), 10, "%")
    speed = found["speed"]
    yield Figure(f"search among {speed['entries']:,} entries, one core, p95", speed["p95_ms"], 10, "ms")
    yield Figure(f"ingest of {speed['entries']:,} entries, one core", speed["ingest_s"], 60, "s")


def _memory_mb() -> float:
    """Resident memory of a process that has the sample company open and has answered a question."""
    done = subprocess.run([sys.executable, "-m", "aicc.mind_figures"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AiccError(f"the sample company does not open: {done.stderr.strip()[-300:]}")
    return float(done.stdout)


def _print_memory() -> None:
    from datetime import date

    from aicc.mind import open_mind
    from voicebot.dialogue.heard import Heard

    mind = asyncio.run(open_mind(SAMPLE_COMPANY, Settings.load()))
    mind.understanding.read(Heard.of("배송비는 얼마인가요"), date.today())
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))
    print(int(kilobytes) / 1000)


if __name__ == "__main__":
    _print_memory()
