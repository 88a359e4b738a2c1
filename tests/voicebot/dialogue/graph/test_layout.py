from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.dialogue.graph.layout import Arrow, layered

BOX = (100.0, 30.0)


def layout_of(names, pairs, label=(0.0, 0.0)):
    return layered(dict.fromkeys(names, BOX), [Arrow(source, target, label) for source, target in pairs])


def test_arrows_run_downward_and_loops_back_up():
    made = layout_of("abc", ["ab", "bc", "ca"])
    depths = [made.centres[name][1] for name in "abc"]
    assert depths == sorted(depths)
    assert [line.is_backward for line in made.lines] == [False, False, True]
    assert made.lines[2].points[0][1] > made.lines[2].points[-1][1], "from c up to a"


def test_a_line_of_boxes_stands_straight():
    made = layout_of("abcd", ["ab", "bc", "cd"])
    assert len({round(x, 3) for x, _ in made.centres.values()}) == 1


def test_arms_stand_side_by_side_below_their_branch():
    made = layout_of("abcd", ["ab", "ac", "bd", "cd"])
    (left, row), (right, same_row) = made.centres["b"], made.centres["c"]
    assert row == same_row
    assert abs(right - left) >= BOX[0]
    assert min(left, right) < made.centres["a"][0] < max(left, right)


def test_crossings_that_can_be_avoided_are():
    made = layout_of(["r", "a", "b", "c", "d"], [("r", "a"), ("r", "b"), ("a", "d"), ("b", "c")])
    assert (made.centres["a"][0] < made.centres["b"][0]) == (made.centres["d"][0] < made.centres["c"][0])


def test_labels_of_arrows_side_by_side_do_not_overlap():
    made = layout_of("abcd", ["ab", "ac", "ad"], label=(150.0, 18.0))
    places = sorted(line.label[0] for line in made.lines)
    assert all(right - left >= 150.0 for left, right in pairwise(places))


def test_nothing_and_a_box_that_leads_to_itself():
    assert layered({}, []).size == (0.0, 0.0)
    assert layout_of("a", ["aa"]).centres["a"] == (50.0, 15.0)


GRAPHS = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=16)
    )
)


@settings(max_examples=100, deadline=None)
@given(GRAPHS)
def test_no_two_boxes_overlap_and_all_stands_within_the_drawing(graph):
    count, pairs = graph
    made = layout_of(map(str, range(count)), [(str(source), str(target)) for source, target in pairs])
    for (x, y), (other_x, other_y) in combinations(made.centres.values(), 2):
        assert abs(x - other_x) >= BOX[0] or abs(y - other_y) >= BOX[1]
    for x, y in made.centres.values():
        assert BOX[0] / 2 - 0.01 <= x <= made.size[0] - BOX[0] / 2 + 0.01
        assert BOX[1] / 2 - 0.01 <= y <= made.size[1] - BOX[1] / 2 + 0.01
    assert len(made.lines) == len(pairs)
