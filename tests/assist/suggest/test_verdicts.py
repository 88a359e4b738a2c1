"""What agents made of suggestions."""

from assist.suggest.verdicts import Verdicts, verdicts
from voicebot.events import CallEnded, Logged, Suggested, SuggestionUsed


def log(*events):
    return [Logged("call", seq, seq, event) for seq, event in enumerate(events)]


def suggested(turn, *documents):
    return Suggested(turn, tuple({"document": document} for document in documents), 3)


def test_shown_and_judged_are_counted_by_document():
    call = log(
        suggested(1, "N1", "N2"),
        suggested(1, "N1", "N3"),
        SuggestionUsed(1, "N1", "used", "kim"),
        SuggestionUsed(1, "N3", "wrong", "kim"),
        suggested(2, "N1"),
        CallEnded("caller", "hung_up", 9),
    )
    assert verdicts([call]) == {
        "N1": Verdicts(shown=2, used=1),
        "N2": Verdicts(shown=1),
        "N3": Verdicts(shown=1, wrong=1),
    }
    assert verdicts([call, call])["N1"].as_json() == {"shown": 4, "used": 2, "useless": 0, "wrong": 0}
    assert verdicts([call])["N1"].unread == 1


def test_the_last_verdict_counts():
    call = log(
        suggested(1, "N1"), SuggestionUsed(0, "N1", "useless"), SuggestionUsed(0, "N1", "used"), suggested(1, "N1")
    )
    assert verdicts([call])["N1"] == Verdicts(shown=1, used=1)


def test_a_verdict_on_what_was_not_shown_is_left_out():
    call = log(suggested(1, "N1"), SuggestionUsed(0, "N9", "used"), SuggestionUsed(7, "N1", "used"))
    assert verdicts([call]) == {"N1": Verdicts(shown=1)}


def test_no_calls_no_verdicts():
    assert verdicts([]) == {}
