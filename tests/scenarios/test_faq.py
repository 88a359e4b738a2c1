"""The sample company's FAQ: complete, sayable, and of one mind with COMPANY.md."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

from scenarios.nuri.order_service import policy

NURI = Path(__file__).parents[2] / "scenarios/nuri"
COMPANY = (NURI / "COMPANY.md").read_text(encoding="utf-8")
COLUMNS = "id,category,question,answer,tags,examples,valid_from,valid_until".split(",")


def entries() -> list[dict[str, str]]:
    with (NURI / "faq.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def test_there_are_150_entries_of_18_categories() -> None:
    assert [entry["id"] for entry in entries()] == [f"N{number:03}" for number in range(1, 151)]
    assert len({entry["category"] for entry in entries()}) == 18


def test_no_two_entries_are_asked_for_in_the_same_words() -> None:
    wordings = [entry["question"] for entry in entries()]
    wordings += [example for entry in entries() for example in entry["examples"].split("|")]
    bare = Counter(re.sub(r"\W", "", wording) for wording in wordings)
    assert [wording for wording, times in bare.items() if times > 1] == []


def test_answers_can_be_listened_to() -> None:
    for entry in entries():
        assert 40 <= len(entry["answer"]) <= 140, entry["id"]
        assert 1 <= len(re.findall(r"[.?](?= |$)", entry["answer"])) <= 3, entry["id"]
        assert not re.search(r"[()\[\]~/:·|]|http", entry["answer"]), entry["id"]
        assert re.search(r"[요다]\.$", entry["answer"]), entry["id"]


def test_every_entry_has_further_wordings_and_tags() -> None:
    for entry in entries():
        assert 1 <= len(entry["examples"].split("|")) <= 3 and all(entry["examples"].split("|")), entry["id"]
        assert all(entry["tags"].split("|")), entry["id"]


def test_a_handful_are_of_a_season() -> None:
    seasonal = [entry for entry in entries() if entry["valid_from"]]
    assert 3 <= len(seasonal) <= 10
    for entry in entries():
        assert bool(entry["valid_from"]) == bool(entry["valid_until"])
    for entry in seasonal:
        assert date.fromisoformat(entry["valid_from"]) < date.fromisoformat(entry["valid_until"]), entry["id"]


def test_every_amount_and_number_is_a_fact_of_the_company() -> None:
    sayings = r"[\d,]+원|[\d.]+%|\d{3,4}-\d{3,4}(?:-\d{4})?"
    facts = set(re.findall(sayings, COMPANY))
    said = {(fact, entry["id"]) for entry in entries() for fact in re.findall(sayings, entry["answer"])}
    assert [fact for fact in sorted(said) if fact[0] not in facts] == []


def test_the_service_charges_and_waits_as_the_faq_says() -> None:

    answers = {entry["question"]: entry["answer"] for entry in entries()}
    assert f"{policy.RETURN_FEE_WON:,}원" in answers["반품 배송비는 얼마인가요?"]
    period = answers["반품은 언제까지 할 수 있나요?"]
    assert f"{policy.RETURN_DAYS}일" in period and f"{policy.BROADCAST_RETURN_DAYS}일" in period
    refund = answers["환불은 언제 되나요?"]
    assert all(f"{days}일" in refund for days in policy.REFUND_WORKING_DAYS.values())
