"""``aicc assist replay``: a stored call goes through helpers again."""

import json

import numpy as np
import pytest
import soundfile

from aicc import assist
from kb import embedding
from tests.assist.test_running import ENDED, STARTED, Echoes, final, logged
from voicebot.events import EmotionRead, Logged, Suggested
from voicebot.journal import NAME, line_of
from voicebot.log import new_call_id


class Listens:
    """Says at each tick how loud the caller is, 1 for all there is."""

    def __init__(self, call, sound):
        self._sound = sound

    def heard(self, one):
        return []

    def tick(self, at_ms):
        caller, other = self._sound.read(100) if self._sound else (np.zeros(1), np.zeros(1))
        return [EmotionRead("caller", "calm", float(caller.max()) - float(other.max()))]


@pytest.fixture(autouse=True)
def services(monkeypatch):
    """No models; what they were opened with."""
    opened = []

    def open_company(loaded, settings, embedding, speaker=None):
        opened.append(loaded.scenario.scenario)
        return {"suggest": Echoes, "mood": Listens}

    monkeypatch.setattr(assist, "open_company", open_company)
    monkeypatch.setattr(assist, "open_verification", lambda *_, **__: None)
    monkeypatch.setattr(embedding, "open_embedding", lambda *_: None)
    return opened


@pytest.fixture
def call(site):
    """A call of two seconds that is over, in the site's data folder."""
    call_id = new_call_id()
    folder = site / "data" / "calls" / call_id
    folder.mkdir(parents=True)
    events = logged(STARTED, final("하나"), Suggested(1, (), 5, reply="하나", cause=1), final("둘", 2), ENDED)
    times = (0, 500, 600, 1_500, 2_000)
    lines = [line_of(Logged(call_id, one.seq, at_ms, one.event)) for one, at_ms in zip(events, times, strict=True)]
    (folder / NAME).write_bytes(b"".join(lines))
    (site / "aicc.yaml").write_text("data: data\n")
    return folder


def replayed(aicc, *arguments, exit_code=0):
    result = aicc("assist", "replay", "--json", *map(str, arguments))
    assert result.exit_code == exit_code, result.output
    [line] = result.stdout.splitlines()
    return json.loads(line)


@pytest.mark.parametrize("named", [lambda call: call.name, lambda call: call, lambda call: call / NAME])
def test_a_call_by_its_id_its_folder_or_its_journal(aicc, call, services, named):
    told = replayed(aicc, named(call))
    assert (told["call"], told["events"]) == (call.name, 5)
    said = [(one["helper"], one["at_ms"], one["type"]) for one in told["said"]]
    assert said == [
        ("suggest", 500, "suggested"),
        ("mood", 1_000, "emotion_read"),
        ("suggest", 1_500, "suggested"),
        ("mood", 2_000, "emotion_read"),
    ]
    assert services == ["누리홈쇼핑"]


def test_only_what_is_new_and_of_some_helpers(aicc, call):
    told = replayed(aicc, call.name, "--only", "suggest", "--changed")
    assert [one["reply"] for one in told["said"]] == ["둘"]


def test_sound_is_that_of_the_recording(aicc, call):
    samples = np.zeros((16_000, 2), np.int16)
    samples[8_000:, 0] = 1_000
    soundfile.write(call / "recording.flac", samples, 8_000)
    told = replayed(aicc, call.name, "--only", "mood")
    assert [one["score"] for one in told["said"]] == [0.0, 1_000.0]


def test_people_see_a_line_each(aicc, call):
    result = aicc("assist", "replay", call.name, "--only", "suggest")
    assert result.stdout.splitlines()[0].split()[:4] == ["0.50", "s", "suggest", "suggested"]
    assert "하나" in result.stdout
    quiet = aicc("assist", "replay", call.name, "--only", "suggest", "--changed", "--only", "suggest")
    assert "둘" in quiet.stdout and "하나" not in quiet.stdout


def test_what_is_not_there_is_told(aicc, call):
    unknown = replayed(aicc, "01900000", exit_code=1)["error"]
    assert unknown.startswith('no call "01900000" in ') and "give a call id" in unknown
    assert replayed(aicc, call.name, "--only", "weather", exit_code=1)["error"] == (
        "no helper weather: there are suggest, mood"
    )
    (call / NAME).write_bytes(b"torn")
    assert "holds no event of a call" in replayed(aicc, call.name, exit_code=1)["error"]
