import subprocess
import sys

import pytest

from voicebot.dialogue.answer import Endpoint, open_answers
from voicebot.dialogue.answer.chat import AnswersUnavailable


def test_nothing_heavy_is_imported_before_it_is_chosen():
    listing = (
        "import sys, voicebot.dialogue.answer; print([m for m in sys.modules if m.startswith(('lang', 'openai'))])"
    )
    assert subprocess.check_output([sys.executable, "-c", listing], text=True).strip() == "[]"


def test_extractive_answers_need_no_client():
    listing = (
        "import sys; from voicebot.dialogue.answer import open_answers; open_answers();"
        "print([m for m in sys.modules if m.split('.')[0] in ('langchain_openai', 'openai', 'kiwipiepy')])"
    )
    assert subprocess.check_output([sys.executable, "-c", listing], text=True).strip() == "[]"


def test_a_server_that_is_down_does_not_keep_the_service_from_starting(unused_port):
    assert open_answers(Endpoint(url=f"http://127.0.0.1:{unused_port}/v1", model="m"))


def test_a_missing_key_does(monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(AnswersUnavailable, match="NO_SUCH_KEY"):
        open_answers(Endpoint(url="http://127.0.0.1:1/v1", model="m", key_from="NO_SUCH_KEY"))
