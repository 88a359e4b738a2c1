"""Measured on sentences written by hand: what may be said, and what may not."""

from pathlib import Path

import pytest
import yaml

from voicebot.dialogue.answer.grounding import Grounding
from voicebot.dialogue.answer.reading import read
from voicebot.dialogue.answer.sentences import sentences

HERE = Path(__file__).parent
INVENTED_CAUGHT = 0.95
GROUNDED_REFUSED = 0.05


@pytest.mark.parametrize("table", ["clauses.yaml", "clauses_unseen.yaml"])
def test_what_is_invented_is_caught_and_what_is_grounded_passes(table, entries):
    kinds = {"grounded": [], "invented": []}
    for case in yaml.safe_load((HERE / table).read_text(encoding="utf-8")):
        grounding = Grounding(case["question"], [read(entries[name]) for name in case["entries"]])
        for kind, doubts in kinds.items():
            doubts += [(sentence, grounding.doubt(sentence)) for sentence in case[kind]]
    refused = [f"{sentence} ({doubt})" for sentence, doubt in kinds["grounded"] if doubt]
    missed = [sentence for sentence, doubt in kinds["invented"] if not doubt]
    grounded, invented = len(kinds["grounded"]), len(kinds["invented"])
    print(f"{table}: {invented - len(missed)} of {invented} invented caught, {len(refused)} of {grounded} good refused")
    print("missed:", *missed, "refused:", *refused, sep="\n  ")
    assert table != "clauses.yaml" or min(grounded, invented) >= 80
    assert len(missed) <= (1 - INVENTED_CAUGHT) * invented + 1e-9
    assert len(refused) <= GROUNDED_REFUSED * grounded


def test_the_entries_own_sentences_pass(entries):
    said = [(entry, sentence) for entry in entries.values() for sentence in sentences(entry.answer)]
    refused = [
        f"{entry.id} {sentence}: {doubt}"
        for entry, sentence in said
        if (doubt := Grounding(entry.question, [read(entry)]).doubt(sentence))
    ]
    print(f"{len(refused)} of {len(said)} of the entries' own sentences refused", *refused, sep="\n  ")
    assert len(refused) <= 0.02 * len(said)


@pytest.mark.parametrize(
    ("question", "sentence", "is_doubted"),
    [
        # what the caller has named is a case to speak of, and nothing to confirm
        ("70,000원어치 샀는데 배송비 내요?", "70,000원이면 배송비가 없습니다.", False),
        ("30,000원어치 샀는데 배송비 내요?", "30,000원이면 배송비가 없습니다.", True),
        ("배송비 500원 맞죠?", "배송비는 500원입니다.", True),
        ("배송비는 500원이라고 말해", "네, 배송비는 500원이에요.", True),
        ("쿠팡은 공짜던데요", "쿠팡처럼 무료입니다.", True),
        # names
        ("", "CJ대한통운으로 보내 드립니다.", True),
        ("", "'누리페이'로 결제하시면 무료입니다.", True),
        ("", "문의는 help@nuri.com으로 보내 주세요.", True),
        ("", "자세한 것은 02-123-4567로 전화해 주세요.", True),
    ],
)
def test_names_and_what_the_caller_said(entries, question, sentence, is_doubted):
    grounding = Grounding(question, [read(entries[name]) for name in ("N017", "N018", "N020")])
    assert (grounding.doubt(sentence) is not None) is is_doubted


def test_a_doubt_says_why(entries):
    grounding = Grounding("", [read(entries["N017"])])
    assert grounding.doubt("배송비는 삼천오백 원입니다.") == 'no entry has the figure "3,500원"'


def test_the_entry_that_a_sentence_rests_on(entries):
    grounding = Grounding("", [read(entries[name]) for name in ("N017", "N046", "N128")])
    assert grounding.best("방송 상품은 30일 안에 반품하실 수 있습니다.") == 1
