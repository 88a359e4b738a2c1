"""With the real service: a caller who agrees is enrolled while they talk, and known by their voice in the next call."""

import asyncio
import base64
import os
from pathlib import Path

import numpy as np
import pytest

from tests.aicc.service.real_service import RATE_HZ, ROOT, serving, until
from voicebot.sound_file import SoundFile

pytestmark = pytest.mark.slow

DATA = Path(os.environ.get("AICC_TRAINING_DATA", ROOT / "../shared/data"))
PEOPLE = DATA / "speech/librispeech/librispeech_test-other"
CUSTOMER = "01023456789"
SPEECH_S = 5
SCENARIO = """
scenario: 찻집
company: 새벽찻집
start: 인사
sentences: {anything_else: 네., silence: 듣고 있어요.}
"""
FLOW = """
flow: 인사
about: 목소리로 알아봐도 되는지 여쭙니다
steps:
  - consent: 목소리로 본인 확인
  - say: 네.
"""


def said_by(person, take):
    """Seconds of a reader whom the speaker model was not trained on, as a telephone has them."""
    files = sorted((PEOPLE / person).glob("*.flac"))
    begin = take * SPEECH_S * RATE_HZ
    sound = np.concatenate([SoundFile(path, RATE_HZ).read() for path in files])
    return sound[begin : begin + SPEECH_S * RATE_HZ]


@pytest.fixture
def config(tmp_path):
    company = tmp_path / "tea_house"
    (company / "flows").mkdir(parents=True)
    (company / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (company / "flows/hello.yaml").write_text(FLOW, encoding="utf-8")
    settings = tmp_path / "aicc.yaml"
    settings.write_text(f"models: {ROOT / 'models'}\nscenario: {company}\n")
    return settings


@pytest.mark.load
@pytest.mark.skipif(not PEOPLE.is_dir(), reason=f"no {PEOPLE}: set AICC_TRAINING_DATA")
def test_who_agrees_is_enrolled_and_known_again_and_nobody_else_is(tmp_path, config):
    async def call(service, heard, person, take):
        """Of the customer's number, to where the caller has said it all."""
        async with await service.call(caller=CUSTOMER) as telephone:
            await telephone.hears(heard, type="consent_given")
            telephone.plays(said_by(person, take))
            if take:
                return await telephone.hears(heard, type="speaker_checked")
            await asyncio.sleep(SPEECH_S + 0.5)  # the sound is said in real time
            return None

    async def run(service):
        async with service.events("/api/live") as heard:
            await call(service, heard, "2609", 0)
            path = f"/api/customers/{CUSTOMER}/voiceprint"
            await until(lambda: service.get(path).is_success and service.get(path).json()["is_enrolled"])
            kept = service.get(path).json()
            assert kept["calls"] == 1 and 3_000 <= kept["speech_ms"] <= SPEECH_S * 1_000
            own, others = await asyncio.gather(call(service, heard, "2609", 1), call(service, heard, "367", 1))
            assert (own["customer"], own["accepted"], own["refused"]) == (CUSTOMER, True, "")
            assert (others["customer"], others["accepted"], others["refused"]) == (CUSTOMER, False, "")
            assert own["score"] > own["threshold"] > others["score"]

    key = base64.b64encode(bytes(range(32))).decode()
    wanted = {"MEDIA_PROCESSES": "1", "SLOTS": "3", "ASSIST__ENABLED": "true", "VOICEPRINT_KEY": key}
    with serving(tmp_path / "data", config, **wanted) as service:
        asyncio.run(asyncio.wait_for(until_ready(service), 30))
        asyncio.run(run(service))


async def until_ready(service):
    while service.health().get("assist") != "ready":
        await asyncio.sleep(0.1)
