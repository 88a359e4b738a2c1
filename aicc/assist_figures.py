"""Figures of what helps people: suggestions, addresses, voices, notes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from aicc.errors import AiccError
from aicc.figure import Figure, answer_of

TESTS = Path(__file__).parents[1] / "tests"


def assist_figures() -> Iterator[Figure]:
    """About twenty minutes, half of them a whole country's addresses."""
    data = Path(os.environ.get("AICC_TRAINING_DATA", TESTS.parent / "../shared/data")).resolve()
    live = answer_of("bench", "assist", "--calls", "20", "--seconds", "40", "--json")
    yield Figure("final words to suggestion, p95, 20 calls", live["suggestion_p95_ms"], 150, "ms")
    yield Figure("end of the call to its note, p95, 20 calls", live["note_p95_ms"], 1_000, "ms")
    yield Figure(f"calls without a note (of {live['calls_made']})", live["calls_without_note"], 0, "calls")
    suggested = answer_of("eval", "suggestions", "--json")
    yield Figure(f"right entry in the top three (of {suggested['n']})", 100 * suggested["top3"], 95, "%", at_least=True)
    notes = answer_of("eval", "wrapup", str(TESTS / "assist" / "wrapup" / "calls.yaml"), "--json")
    share = 100 * notes["facts_right"] / max(1, notes["facts"])
    yield Figure(f"facts in notes copied without error (of {notes['facts']})", share, 100, "%", at_least=True)
    yield from _addresses(data)
    yield from _voices()


def _addresses(data: Path) -> Iterator[Figure]:
    official = data / "address" / "rnaddrkor_sejong.txt.gz"
    if not official.is_file():
        raise AiccError(f"no {official}: set AICC_TRAINING_DATA to the folder of the data for tests")
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "sejong.db"
        answer_of("address", "import", str(official), "--db", str(database), "--json")
        cases = Path(folder) / "held_back.tsv"
        _made("tests.kb.address.held_back", str(official), str(cases))
        found = answer_of("address", "eval", str(cases), "--db", str(database), "--json")
    yield Figure(f"spoken addresses, top 1 (of {found['n']})", 100 * found["top1"], 88, "%", at_least=True)
    yield Figure(f"spoken addresses, top 3 (of {found['n']})", 100 * found["top3"], 95, "%", at_least=True)
    country = answer_of("bench", "address", "--rows", "6400000", "--json")
    yield Figure(f"look-up among {country['rows']:,} addresses, p95", country["p95_ms"], 30, "ms")
    yield Figure(f"import of {country['rows']:,} addresses", country["import_s"] / 60, 10, "minutes")


def _voices() -> Iterator[Figure]:
    """Of the ten speakers that no training has heard, three seconds against three over a telephone."""
    with tempfile.TemporaryDirectory() as folder:
        found = answer_of("speaker", "eval", str(_trials(Path(folder))), "--json")
    yield Figure(f"equal error rate of the bundled ECAPA (of {found['n']:,} trials)", 100 * found["eer"], 6, "%")
    speed = answer_of("bench", "speaker", "--json")
    yield Figure("embedding of 5 s, one thread, p50", speed["embed_5s_p50_ms"], 40, "ms")
    if speed["device"] != "CPU":
        yield Figure(f"{speed['batch']} embeddings at once on {speed['device']}, p50", speed["batch_p50_ms"], 10, "ms")


def _trials(folder: Path) -> Path:
    _made("gpu.train.speaker.trials_of_test", str(folder))
    return folder / "trials.tsv"


def _made(module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TESTS.parent)
    if made.returncode:
        raise AiccError(f"{module} made nothing: {made.stderr.strip()[-300:]}")
