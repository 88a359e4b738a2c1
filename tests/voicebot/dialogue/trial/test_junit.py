from xml.etree import ElementTree

from tests.voicebot.dialogue.trial.cases import played
from voicebot.dialogue.trial.expect import judge
from voicebot.dialogue.trial.junit import junit
from voicebot.dialogue.trial.suite import Tried


def tried(*talk, **more):
    result = played(*talk, **more)
    return Tried(result, tuple(judge(result)), 1500.0)


def test_a_suite_for_each_file_and_the_conversation_in_each_failure():
    xml = junit([tried({"bot": "새벽찻집"}), tried({"caller": "네\x0b <b>", "bot": "주문\ufffe"}, test="둘 & 셋")], 2.5)
    root = ElementTree.fromstring(xml)
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "2.500")
    [suite] = root
    assert (suite.tag, suite.get("name"), suite.get("time")) == ("testsuite", "시험", "3.000")
    passed, failed = suite
    assert list(passed) == []
    assert (failed.get("name"), failed.get("classname"), failed.get("line")) == ("둘 & 셋", "시험", "1")
    [failure] = failed
    assert failure.get("message") == 'bot: "주문" was not said'
    assert "고객  네 <b>" in failure.text
