from xml.etree import ElementTree

import pytest

from tests.voicebot.dialogue.scenario.faults import SCENARIOS
from voicebot.dialogue.graph.drawing import svg
from voicebot.dialogue.graph.graph import flow_graph, scenario_graph
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.scenario_file import load_scenario

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def loaded():
    return load_scenario(SCENARIOS / "good")


def texts(drawing):
    return [text.text for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def test_every_box_and_every_label_is_written(loaded):
    graph = flow_graph(loaded.flows["배송 조회"])
    written = texts(svg(graph))
    together = "".join(written).replace(" ", "")
    assert all(box.text.replace(" ", "") in together for box in graph.boxes.values())
    assert all(edge.text in written for edge in graph.edges if edge.text)


def test_every_arrow_is_drawn_and_loops_are_dashed(loaded):
    graph = flow_graph(loaded.flows["배송 조회"])
    paths = [path for path in ElementTree.fromstring(svg(graph)).iter(f"{SVG}path") if "marker-end" in path.attrib]
    assert len(paths) == len(graph.edges)
    assert sum("stroke-dasharray" in path.attrib for path in paths) == 1


def test_nothing_is_fetched_from_elsewhere(loaded):
    drawing = svg(scenario_graph(loaded))
    assert not any(mark in drawing for mark in ("href", "@import", "<script", "<foreignObject"))
    assert drawing.count("http") == 1, "the name of SVG itself"


def test_a_scenario_is_wider_than_it_is_deep(loaded):
    places = {
        text.text: (float(text.attrib["x"]), float(text.attrib["y"]))
        for text in ElementTree.fromstring(svg(scenario_graph(loaded))).iter(f"{SVG}text")
    }
    assert places["고객이 원하면"][0] < places["배송 조회"][0] < places["문자 보내기"][0]


def test_signs_of_xml_are_texts():
    flow = Flow.model_validate({"flow": "<&>", "about": "가", "steps": [{"say": "</text><script>", "when": "1 < 2"}]})
    written = texts(svg(flow_graph(flow)))
    assert "</text><script>" in written
    assert written.count("<&>") == 2


def test_boxes_stand_within_the_picture(loaded):
    for flow in loaded.flows.values():
        root = ElementTree.fromstring(svg(flow_graph(flow)))
        width = float(root.attrib["width"])
        assert all(0 <= float(box.attrib["x"]) <= width for box in root.iter(f"{SVG}rect") if "x" in box.attrib)
