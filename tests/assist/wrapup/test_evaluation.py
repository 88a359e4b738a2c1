from dataclasses import replace
from pathlib import Path

import pytest

from assist.wrapup.evaluation import CallsUnusable, Report, evaluate, judge, of_people, read_calls
from tests.assist.wrapup.talk import notes

CALLS = Path(__file__).parent / "calls.yaml"
WRITTEN = read_calls(CALLS).calls


@pytest.mark.parametrize("written", WRITTEN, ids=[written.name for written in WRITTEN])
def test_facts_promises_and_outcomes_of_written_calls_are_right(service, written):
    report = Report()
    call = replace(of_people(written), code=None)
    (wrapped,) = notes(service, call.log)
    judge(call, wrapped, report)
    assert not report.wrong
    assert report.facts_right == report.facts


def test_most_codes_of_written_calls_are_right(service):
    report = evaluate(service, [of_people(written) for written in WRITTEN])
    assert report.n == report.codes == len(WRITTEN)
    assert report.codes_right >= len(WRITTEN) - 1
    assert report.p95_ms > 0


def test_what_is_wrong_with_a_note_is_counted(service):
    written = next(one for one in WRITTEN if one.promises and one.facts)
    call = of_people(written)
    (wrapped,) = notes(service, call.log)
    summary = {**wrapped.summary, "issue": wrapped.summary["issue"] + " 777,000원"}
    report = Report()
    judge(call, replace(wrapped, summary=summary, follow_ups=(), suggested_code="?"), report)
    assert report.facts_right < report.facts
    assert report.codes_right == 0
    assert any("nobody has said 777000" in what for what in report.wrong)
    assert any("no promise" in what for what in report.wrong)


@pytest.mark.parametrize("text", ["calls: [{name: x}]", "calls: 3", "[", "calls:\n- {name: a, now: never}"])
def test_a_file_that_is_broken_is_named(tmp_path, text):
    path = tmp_path / "calls.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CallsUnusable, match=r"calls\.yaml"):
        read_calls(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CallsUnusable, match=r"none\.yaml"):
        read_calls(tmp_path / "none.yaml")
