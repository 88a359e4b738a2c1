"""What the documents point at is there, and what they show to be copied works."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import BaseModel
from typer.main import get_command

from aicc.command import app
from aicc.settings import Settings
from assist.rules import FILES, load_rules
from assist.wrapup.signature import headers

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
ASSIST = ROOT / "docs/assist.md"
KEY = b"0123456789abcdef0123456789abcdef"


def blocks(document: Path, language: str) -> list[str]:
    """What stands between the fences of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []
    assert not re.search(r"@[A-Z]+@", text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_heading_that_is_linked_to_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for path, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        assert heading in headings(document.parent / path if path else document), f"{path}#{heading}"


def headings(document: Path) -> set[str]:
    """As they are linked to."""
    told = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in told}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for named in re.findall(r"(?:`|\$ |^|\()aicc((?: [a-z][a-z-]*)+)", text, re.MULTILINE):
        found = get_command(app)
        for word in named.split():
            if not (commands := getattr(found, "commands", None)):
                break
            assert word in commands, f"aicc{named}"
            found = commands[word]


def test_both_readmes_name_the_two_commands() -> None:
    for name in ("README.md", "README.ko.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "make demo" in text and "make test" in text


# ---- assist.md


def test_the_rules_that_are_shown_can_be_used(tmp_path: Path) -> None:
    for name in FILES:
        (shown,) = [text for text in blocks(ASSIST, "yaml") if text.startswith(f"# {name}.yaml\n")]
        (tmp_path / f"{name}.yaml").write_text(shown, encoding="utf-8")
    rules = load_rules(tmp_path)
    assert [code.code for code in rules.wrapup.codes] == ["R10", "R20", "X10", "Z90"]
    assert rules.suggest.forbidden[1].informal
    assert rules.mood.keywords[1].said_by == "agent"


@pytest.mark.parametrize("name", FILES)
def test_every_key_of_the_rules_is_explained(name: str) -> None:
    text = ASSIST.read_text(encoding="utf-8")
    explained = {word for row in re.findall(r"^\|.*$", text, re.MULTILINE) for word in re.findall(r"\w+", row)}
    assert set(keys_of(FILES[name])) <= explained


def keys_of(section: type[BaseModel]) -> Iterator[str]:
    """Its own, and those of the sections in it."""
    for name, field in section.model_fields.items():
        yield name
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from keys_of(part)


def test_the_settings_that_are_shown_are_settings() -> None:
    shown = [text for text in blocks(ASSIST, "yaml") if text.startswith(("assist:", "crm:"))]
    assert len(shown) >= 3
    for text in shown:
        Settings.model_validate(yaml.safe_load(text), context=ROOT)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The address of the receiver that is shown, and the process in which it runs."""
    (source,) = [text for text in blocks(ASSIST, "python") if text.startswith("# receiver.py\n")]
    (tmp_path / "receiver.py").write_text(source, encoding="utf-8")
    environment = os.environ | {"AICC_CRM_KEY": KEY.decode(), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, str(tmp_path / "receiver.py"), "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout
        yield process.stdout.readline().strip(), process
        process.kill()


def test_the_receiver_takes_each_delivery_once_and_nothing_from_strangers(
    receiver: tuple[str, "subprocess.Popen[str]"],
) -> None:
    url, process = receiver
    shown = json.loads(blocks(ASSIST, "json")[0])
    body = json.dumps(shown, ensure_ascii=False).encode()
    now_s = time.time()
    right = headers(KEY, shown["delivery"], body, now_s)
    with httpx.Client(trust_env=False) as client:

        def status(sent: dict[str, str], content: bytes = body) -> int:
            return client.post(url, content=content, headers=sent).status_code

        assert status(headers(b"another key", shown["delivery"], body, now_s)) == 401
        assert status(right, body + b" ") == 401
        assert status(headers(KEY, shown["delivery"], body, now_s - 600)) == 401
        assert status({"Content-Type": "application/json"}) == 401
        assert [status(right), status(right)] == [204, 204]
    process.kill()
    assert process.stdout
    note = f"{shown['call']['call_id']} {shown['note']['version']} {shown['note']['summary']['issue']}\n"
    assert process.stdout.read() == note
