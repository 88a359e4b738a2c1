"""Recorded callers: short FLAC files, a manifest of what they say, and the scripts that make them."""

from pathlib import Path

from voicebot.stt.evaluation import Case, read_manifest

MANIFEST = Path(__file__).parent / "calls.tsv"


def recorded_calls() -> list[Case]:
    """The recordings of this folder and what is said in each."""
    return read_manifest(MANIFEST)
