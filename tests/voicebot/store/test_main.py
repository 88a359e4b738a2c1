"""``python -m voicebot.store``, as an operator runs it."""

from pathlib import Path

import pytest

from tests.servers.postgresql import PASSWORD
from voicebot.store import Store
from voicebot.store.__main__ import main


def test_a_database_is_brought_up_to_date(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([url]) == 0
    told = capsys.readouterr()
    store = Store.open(url)
    assert (told.out, told.err) == (f"{store.revision}\n", "")
    store.close()


def test_a_failure_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"sqlite:///{tmp_path}"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f'voicebot.store: the database "{tmp_path}" cannot be opened')
    assert told.err.count("\n") == 1

    assert main([f"mysql://aicc:{PASSWORD}@host/aicc"]) == 1
    assert PASSWORD not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m voicebot.store URL, as sqlite:///data/aicc.db\n"
