import re

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.graph.graph import flow_graph, mermaid, scenario_graph
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.scenario_file import load_scenario


@pytest.fixture(scope="module")
def loaded():
    return load_scenario(SCENARIOS / "good")


def arrows(graph):
    """By what the boxes say."""
    return {(graph.boxes[edge.source].text, edge.text, graph.boxes[edge.target].text) for edge in graph.edges}


def flow(*steps):
    return Flow.model_validate({"flow": "흐름", "about": "흐름", "steps": list(steps)})


def test_a_flow_is_drawn_step_by_step(loaded):
    drawn = arrows(flow_graph(loaded.flows["배송 조회"]))
    assert ("배송 조회", "", "주문번호?") in drawn
    assert ("주문: GET /orders/{주문번호}", "404", "그 번호로는 주문이 없네요.") in drawn
    assert ("그 번호로는 주문이 없네요.", "", "주문번호?") in drawn, "the loop back"
    assert ("주문: GET /orders/{주문번호}", "실패", "지금은 조회가 되지 않아요.") in drawn
    assert ("갈래", "그 밖", "지금 {상태}(이에요/예요).") in drawn
    assert ("이미 배송이 끝났어요.", "", "이용해 주셔서 고맙습니다.") in drawn, "a step that only jumps is an arrow"
    assert ("문자희망", "예", "문자 보내기") in drawn
    assert ("문자희망", "아니요", "이용해 주셔서 고맙습니다.") in drawn


def test_what_ends_the_call_leads_nowhere(loaded):
    graph = flow_graph(loaded.flows["상담사 연결"])
    assert arrows(graph) == {("상담사 연결", "", "상담사 연결: 일반")}
    assert "end" not in graph.boxes


def test_jumps_that_go_round_are_drawn_all_the_same():
    graph = flow_graph(flow({"go": "나", "id": "가"}, {"go": "가", "id": "나"}))
    assert arrows(graph) == {("흐름", "", "끝")}


def test_a_scenario_is_drawn_with_what_leads_to_its_flows(loaded):
    assert arrows(scenario_graph(loaded)) == {
        ("전화가 오면", "", "인사"),
        ("전화를 걸면", "", "해피콜"),
        ("고객이 원하면", "", "배송 조회"),
        ("상담사를 찾으면", "", "상담사 연결"),
        ("배송 조회", "", "문자 보내기"),
        ("번호를 누르면", "", "배송 조회"),
        ("번호를 누르면", "", "문자 보내기"),
        ("번호를 누르면", "", "상담사 연결"),
    }


def test_mermaid_names_boxes_and_arrows(loaded):
    text = mermaid(flow_graph(loaded.flows["인사"]))
    assert text.splitlines() == [
        "flowchart TD",
        '  begin(["인사"])',
        '  s0["안녕하세요. {회사}입니다."]',
        '  stop(["끝"])',
        "  begin --> s0",
        "  s0 --> stop",
    ]
    assert mermaid(scenario_graph(loaded)).startswith("flowchart LR\n")


def test_no_text_breaks_out_of_its_label():
    text = mermaid(flow_graph(flow({"say": '"]; click s0 "<script>#`**굵게**`'}, {"say": "네", "when": '"a" == "b"'})))
    labels = re.findall(r'"([^"]*)"', text)
    assert text.count('"') == 2 * len(labels)
    assert not any(char in label for label in labels for char in "<>`*")
    assert not re.search(r"#(?!\d+;)", text)


def test_long_texts_are_cut():
    graph = flow_graph(flow({"say": "아주 긴 말 " * 20}))
    assert all(len(box.text) <= 28 for box in graph.boxes.values())


def test_where_the_recording_rests():
    graph = flow_graph(flow({"recording": "pause"}, {"say": "불러 주세요."}, {"recording": "resume"}))
    assert ("녹음 멈춤", "", "불러 주세요.") in arrows(graph)
    assert ("불러 주세요.", "", "녹음 다시") in arrows(graph)
