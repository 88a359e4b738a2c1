import pytest

from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.paths import END, OVER, may_go, one_way, paths, steps_of


def flow(*steps, name="흐름"):
    return Flow.model_validate({"flow": name, "about": name, "steps": list(steps)})


def ways(found, *where):
    return [(way.kind, way.text, way.target) for way in found.ways[("steps", *where)]]


def test_steps_run_from_top_to_bottom():
    found = paths(flow({"say": "하나"}, {"say": "둘"}))
    assert ways(found, 0) == [("through", "", ("steps", 1))]
    assert ways(found, 1) == [("through", "", END)]


def test_a_condition_leads_past_its_step_and_go_away_from_it():
    found = paths(flow({"say": "하나", "when": "이름", "go": "끝"}, {"say": "둘"}, {"say": "셋", "id": "끝"}))
    assert ways(found, 0) == [("skipped", "", ("steps", 1)), ("through", "", ("steps", 2))]


def test_a_branch_goes_on_below_unless_an_arm_is_always_taken():
    arm = {"when": "이름", "steps": [{"say": "안"}]}
    inside = ("steps", 0, "branch", 0, "steps", 0)
    assert ways(paths(flow({"branch": [arm]}, {"say": "밖"})), 0) == [
        ("arm", "이름", inside),
        ("through", "", ("steps", 1)),
    ]
    otherwise = {"steps": []}
    assert ways(paths(flow({"branch": [arm, otherwise, arm]}, {"say": "밖"})), 0) == [
        ("arm", "이름", inside),
        ("arm", "", ("steps", 1)),
    ]


def test_lists_of_a_call_lead_where_the_call_leads():
    call = {
        "call": "주문",
        "path": "/",
        "answers": {404: [{"say": "없네요"}]},
        "failure": [{"hang_up": "끊어요"}],
        "go": "끝",
    }
    found = paths(flow(call, {"say": "건너뛴다"}, {"say": "끝", "id": "끝"}))
    assert [kind for kind, _, _ in ways(found, 0)] == ["status", "failure", "through"]
    assert ways(found, 0, "answers", 404, 0) == [("through", "", ("steps", 2))]
    assert ways(found, 0, "failure", 0) == [("through", "", OVER)]
    assert ("steps", 1) not in found.reachable()


@pytest.mark.parametrize("last", [{"handoff": "일반"}, {"hang_up": "안녕"}, {"restart": "call"}])
def test_what_ends_the_conversation_leads_nowhere(last):
    found = paths(flow(last, {"say": "못 온다"}))
    assert found.reachable() == {("steps", 0), OVER}


def test_flows_that_always_end_the_conversation_never_come_back():
    flows = {
        "연결": flow({"handoff": "일반"}),
        "거쳐서": flow({"link": "연결"}, {"say": "못 온다"}),
        "어쩌면": flow({"link": "거쳐서", "when": "이름"}),
        "없는 곳으로": flow({"link": "없다"}),
    }
    assert one_way(flows) == {"연결", "거쳐서"}


def test_what_comes_after_a_step_of_a_loop_is_itself_too():
    found = paths(flow({"say": "하나", "id": "위"}, {"say": "둘", "go": "위", "when": "이름"}, {"say": "셋"}))
    assert ("steps", 0) in found.after(("steps", 0))
    assert ("steps", 2) not in found.after(("steps", 2))


def test_a_jump_leads_into_its_own_list_or_one_around_it():
    inner, outer = ("steps", 2, "failure", 0), ("steps", 0)
    assert may_go(inner, outer)
    assert may_go(inner, ("steps", 2, "failure", 5))
    assert not may_go(outer, inner)
    assert not may_go(inner, ("steps", 3, "failure", 0))


def test_all_steps_are_found_however_deep():
    deep = flow(
        {"answer": "{발화}", "missing": [{"branch": [{"steps": [{"say": "안"}]}]}]},
        {"message": "네", "to": "010", "failure": [{"say": "실패"}]},
    )
    assert len(list(steps_of(deep))) == 5
