"""``aicc wrapup``: what a person sees of notes and their deliveries."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from aicc.commands.wrapup import wrapup
from tests.voicebot.store.test_wrapups import CALL, CRM, note
from voicebot.store import Store
from voicebot.store.deliveries import DeliveryRow


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.add_typer(wrapup, name="wrapup")

    @app.callback()
    def shared(config: Path | None = None) -> None:
        pass

    return CliRunner().invoke(app, ["wrapup", *arguments])


def line(*arguments: str, exit_code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == exit_code, result.output
    [only] = result.stdout.splitlines()
    found: dict[str, Any] = json.loads(only)
    return found


@pytest.fixture
def store(site: Path) -> Iterator[Store]:
    """Of the service that runs in this folder."""
    with contextlib.closing(Store.open(f"sqlite:///{site}/data/aicc.db")) as store:
        yield store


def failed(store: Store, version: int = 1) -> DeliveryRow:
    store.wrapups.write([note(5, version)], CRM)
    now = datetime.now(UTC)
    [row] = store.deliveries.claim(CRM, now, now + timedelta(minutes=1), 1)
    store.deliveries.give_up(row, "refused with 422")
    return row


def test_a_note_is_shown_in_its_newest_version(store: Store) -> None:
    store.wrapups.write([note(), note(5, 2, edited_by="김지영", code="RETURN")])
    shown = run("show", CALL).stdout
    assert "version 2 of 2, by 김지영, " in shown
    for told in ("문의: 니트 반품을 원함", "처리: 반품 접수함", "약속: 환불 2026-11-30", "amount: 35,000원"):
        assert told in shown.splitlines()
    assert "상담 유형: RETURN" in shown.splitlines()
    assert "상담 유형: RETURN (91%), 제안" in run("show", CALL, "--version", "1").stdout
    told = line("show", CALL)
    assert [(one["version"], one["code"]) for one in told["versions"]] == [(1, ""), (2, "RETURN")]


def test_a_note_that_is_not_there(store: Store) -> None:
    assert "no note of a call" in line("show", CALL, exit_code=1)["error"]
    store.wrapups.write([note()])
    assert line("show", CALL, "--version", "7", exit_code=1)["error"] == ("no version 7 of this note: the newest is 1")


def test_without_a_service_there_is_nothing_and_nothing_is_made(site: Path) -> None:
    for command in (["show", CALL], ["deliveries"], ["retry", "x"], ["deliveries", "--data", "elsewhere"]):
        assert "name the folder of the service with --data" in line(*command, exit_code=1)["error"]
    assert list(site.iterdir()) == []


def test_the_store_of_the_settings_and_of_another_folder(site: Path, store: Store) -> None:
    store.wrapups.write([note()], CRM)
    (site / "data").rename(site / "elsewhere")
    assert len(line("deliveries", "--data", "elsewhere")["deliveries"]) == 1
    (site / "aicc.yaml").write_text(f"store: sqlite:///{site}/elsewhere/aicc.db\n")
    assert len(line("deliveries")["deliveries"]) == 1


def test_deliveries_are_listed_by_what_became_of_them(store: Store) -> None:
    assert "no deliveries" in run("deliveries").stdout
    row = failed(store)
    store.wrapups.write([note(6, 2)], CRM)
    assert [one["version"] for one in line("deliveries")["deliveries"]] == [2, 1]
    [told] = line("deliveries", "--state", "failed")["deliveries"]
    assert (told["id"], told["last_error"], told["attempts"], told["url"]) == (row.id, "refused with 422", 1, CRM)
    assert datetime.fromisoformat(told["created_at"]) == row.created_at and told["done_at"] is None
    [shown] = run("deliveries", "--state", "failed").stdout.splitlines()
    assert shown.startswith(row.id) and shown.endswith(": refused with 422")
    assert len(line("deliveries", "--limit", "1")["deliveries"]) == 1
    assert run("deliveries", "--state", "lost").exit_code == 2


def test_one_is_retried_to_the_same_or_another_address(store: Store) -> None:
    row = failed(store)
    [told] = line("retry", row.id)["retried"]
    assert (told["id"], told["state"], told["attempts"], told["url"]) == (row.id, "waiting", 0, CRM)
    assert store.deliveries.find("waiting")[0].id == row.id
    line("retry", row.id, "--to", "https://new.example/hook")
    assert store.deliveries.find()[0].url == "https://new.example/hook"
    assert "write an address such as" in line("retry", row.id, "--to", "new.example", exit_code=1)["error"]


def test_what_cannot_be_retried_is_told(store: Store) -> None:
    row = failed(store)
    told = line("retry", "nothing", row.id, exit_code=1)
    assert told["error"] == "1 of 2 were not retried"
    assert told["refused"] == ['no delivery "nothing": see "aicc wrapup deliveries"'] and len(told["retried"]) == 1
    for arguments in (["retry"], ["retry", row.id, "--failed"]):
        assert "name deliveries, or --failed" in line(*arguments, exit_code=1)["error"]


def test_all_that_were_given_up_are_retried_in_order(store: Store) -> None:
    failed(store)
    failed(store, 2)
    told = line("retry", "--failed")
    assert [one["version"] for one in told["retried"]] == [1, 2]
    assert "due now: 0" in run("retry", "--failed").stdout
