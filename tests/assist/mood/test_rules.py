from pathlib import Path

import pytest
from pydantic import ValidationError

import scenarios.nuri
from assist.mood.keywords import KeywordWatch
from assist.mood.rules import MoodRules
from voicebot.dialogue.scenario.yaml_file import read_yaml
from voicebot.events import TranscriptFinal

SAMPLE = Path(scenarios.nuri.__file__).parent / "assist" / "mood.yaml"


@pytest.fixture(scope="module")
def sample():
    return MoodRules.model_validate(read_yaml(SAMPLE)[0])


def test_an_empty_section_works():
    rules = MoodRules()
    assert rules.anger.calm_to < rules.anger.angry_from
    assert rules.keywords == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"keywords": [{"name": "x", "words": ["("]}]},
        {"keywords": [{"name": "x", "words": []}]},
        {"keywords": [{"name": "", "words": ["x"]}]},
        {"anger": {"words": ["*"]}},
        {"anger": {"angry_from": 0.3, "calm_to": 0.5}},
        {"silence": {"agent_s": 0}},
        {"quiet": 3},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        MoodRules.model_validate(wrong)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("소비자보호원에 신고할 거예요", "소비자원·소비자단체"),
        ("금감원에 민원 넣을게요", "감독기관"),
        ("변호사랑 얘기했어요", "법적 조치"),
        ("방송국에 제보할 겁니다", "언론 제보"),
        ("제 개인정보가 유출된 것 같아요", "개인정보 유출"),
        ("쓰다가 손을 다쳤어요", "안전사고"),
        ("정말 죽고 싶어요", "극단적 표현"),
    ],
)
def test_the_sample_companys_keywords(sample, said, name):
    told = KeywordWatch(sample.keywords).final(TranscriptFinal("caller", 1, said, said, (), "test"))
    assert [alert.text.partition(":")[0] for alert in told] == [name]


@pytest.mark.parametrize(
    "said", ["배송비가 얼마예요", "정보 변경하려고요", "방송 보고 샀어요", "기자재 있나요", "불이 안 켜져요"]
)
def test_ordinary_wishes_raise_nothing(sample, said):
    assert KeywordWatch(sample.keywords).final(TranscriptFinal("caller", 1, said, said, (), "test")) == []
