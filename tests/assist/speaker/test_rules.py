"""What an installation may choose, and the model that follows from it."""

import pytest
from pydantic import ValidationError

from assist.speaker.opening import open_embedder
from assist.speaker.rules import SpeakerRules
from assist.speaker.speechbrain import SpeechBrainUnavailable
from gpu.device import Device


def test_an_empty_section_works():
    rules = SpeakerRules()
    assert (rules.embedder, rules.false_accept_rate, rules.key_from) == ("bundled", 0.01, "AICC_VOICEPRINT_KEY")


@pytest.mark.parametrize(
    "chosen",
    [
        {"embedder": "resnet"},
        {"embedder": "speechbrain:"},
        {"embedder": "speechbrain:../x"},
        {"false_accept_rate": 0},
        {"false_accept_rate": 0.9},
        {"false_accept_rate": 0.00001},
        {"key_from": "c2VjcmV0"},
        {"unknown": 1},
    ],
)
def test_what_nobody_can_choose(chosen):
    with pytest.raises(ValidationError) as told:
        SpeakerRules.model_validate(chosen)
    assert "c2VjcmV0" not in told.value.errors(include_input=False)[0]["msg"]


def test_a_model_that_was_not_pulled_is_told(tmp_path):
    with pytest.raises(SpeechBrainUnavailable, match=r"models pull spkrec-ecapa-voxceleb"):
        open_embedder("speechbrain:spkrec-ecapa-voxceleb", tmp_path, Device("cpu", "CPU", 1))
