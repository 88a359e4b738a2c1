"""``aicc eval line``: turns over a clean and over a bad line."""

import json

import pytest

from aicc.commands import eval_line
from aicc.simulation import understanding

SCRIPT = """
steps:
  - say: 배송 조회하고 싶어요
  - say: 이공이육 팔공팔공이요
  - say: 아니요 괜찮아요
"""
FLOW, SLOT, ANSWER = (
    frozenset({("flow", "배송 조회")}),
    frozenset({("slot", "주문번호", "1")}),
    frozenset({("answer", "네")}),
)


@pytest.fixture
def line(aicc, monkeypatch, tmp_path):
    """What the command says of what the bot did over the clean line and over the bad one."""

    def line(clean, bad):
        async def typed(scripts, settings):
            return [[FLOW, SLOT, ANSWER]]

        async def calls(scripts, config, codec, loss, jitter_ms, seed):
            assert (loss, jitter_ms) == (0.1, 60.0)
            return [clean], [bad]

        monkeypatch.setattr(understanding, "typed", typed)
        monkeypatch.setattr(eval_line, "_calls", calls)
        (tmp_path / "one.yaml").write_text(SCRIPT)
        result = aicc("eval", "line", str(tmp_path / "one.yaml"), "--loss", "0.1", "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return line


def test_the_share_is_of_what_a_clean_line_brings(line):
    figures = line([FLOW, SLOT, frozenset()], [FLOW, frozenset(), frozenset()])
    assert (figures["n"], figures["clean"], figures["impaired"], figures["share"]) == (3, 2, 1, 0.5)
    assert figures["impaired_wrong"] == ["one: 이공이육 팔공팔공이요", "one: 아니요 괜찮아요"]


def test_turns_that_a_call_did_not_come_to_are_not_understood(line):
    figures = line([FLOW, SLOT, ANSWER], [FLOW])
    assert (figures["clean"], figures["impaired"]) == (3, 1)


def test_nothing_understood_has_no_share(line):
    assert line([], [])["share"] is None


@pytest.mark.slow
@pytest.mark.load
def test_a_real_call_over_both_lines(aicc, tmp_path):
    (tmp_path / "one.yaml").write_text(SCRIPT)
    result = aicc("eval", "line", str(tmp_path / "one.yaml"), "--json")
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert (figures["n"], figures["clean"]) == (3, 3)
    assert figures["impaired"] >= 2
