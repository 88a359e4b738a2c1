"""The sample company's helpers, opened as the assist process opens them."""

import logging
import shutil

import pytest

from aicc import assist
from aicc.assist import company_rules, open_services
from aicc.service.process import Start
from aicc.service.scenarios import sample_company
from aicc.settings import Settings
from assist.replay import replay
from assist.rules import RulesInvalid
from assist.speaker.verification import Verification
from tests.assist.test_running import ENDED, STARTED, final, logged
from voicebot.dialogue.scenario.scenario_file import load_scenario
from voicebot.events import AddressNormalized, AlertRaised, Suggested, TurnEnded, WrappedUp


def start(data, folder, **settings):
    return Start(
        name="assist",
        settings=Settings(**settings),
        data=data,
        scenarios={"nuri": folder},
        log_level=logging.WARNING,
    )


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("AICC_VOICEPRINT_KEY", raising=False)
        return open_services(start(tmp_path_factory.mktemp("data"), sample_company()))


def test_without_a_key_for_voiceprints_all_others_help(services):
    assert set(services["누리홈쇼핑"]) == {"suggest", "address", "mood", "wrapup"}


def test_they_say_what_helps(services):
    address = "세종시 한누리대로 천팔백삼십구 수루배마을 이단지 이백삼동 천사호로 보내 주세요"
    events = logged(
        STARTED,
        final("배송비가 얼마예요"),
        final(address, 2),
        TurnEnded(2, address, address, 200, "timeout"),
        final("소비자보호원에 신고할 거예요 이 개새끼야", 3),
        ENDED,
    )
    said = list(replay(events, services["누리홈쇼핑"]))
    kinds = {type(one.event): one for one in said}
    assert kinds[Suggested].name == "suggest"
    assert kinds[AddressNormalized].event.candidates[0]["road"].endswith("한누리대로 1839")
    assert kinds[AlertRaised].name == "mood"
    assert said[-1].name == "wrapup" and isinstance(said[-1].event, WrappedUp)
    assert said[-1].event.cause == 5


def test_with_a_key_voices_are_verified_too(tmp_path, monkeypatch):
    monkeypatch.setenv("AICC_VOICEPRINT_KEY", "0f" * 32)
    given = []
    monkeypatch.setattr(assist, "open_company", lambda *company: given.append(company[-1]) or {})
    assert open_services(start(tmp_path, sample_company())) == {"누리홈쇼핑": {}}
    assert [type(speaker) for speaker in given] == [Verification]


def test_rules_that_are_wrong_are_told_with_their_place(tmp_path):
    company = tmp_path / "company"
    shutil.copytree(sample_company(), company)
    (company / "assist" / "mood.yaml").write_text("anger: {loudness: 3}\n")
    with pytest.raises(RulesInvalid, match=r"mood\.yaml:1.*loudness"):
        company_rules(load_scenario(company))
    with pytest.raises(RulesInvalid):
        open_services(start(tmp_path, company))
