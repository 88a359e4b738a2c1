"""The recorded calls of audio_fixtures/callers, served by the real models in virtual time."""

import asyncio
from pathlib import Path

import pytest

import audio_fixtures
from aicc.settings import Settings
from aicc.simulation.expect import judge
from aicc.simulation.script_file import read_scripts
from aicc.simulation.virtual import play_at_sample_company

SCRIPTS = read_scripts([Path(audio_fixtures.__file__).parent / "callers"])


@pytest.mark.slow
def test_every_recorded_call_has_the_transcript_and_the_outcome_that_it_must_have() -> None:
    played = asyncio.run(play_at_sample_company(SCRIPTS, Settings.load_defaults()))
    unmet = {
        script.name: [*call.report.failures, *judge(script.written.expect, call.events)]
        for script, call in zip(SCRIPTS, played, strict=True)
    }
    assert {name: why for name, why in unmet.items() if why} == {}
    assert len(played) >= 12
    waits = [event["voice_to_voice_ms"] for call in played for event in call.events if event["type"] == "latency"]
    assert len(waits) > 40
    assert sorted(waits)[len(waits) // 2] <= 280
