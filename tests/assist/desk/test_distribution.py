"""Whatever happens, in whatever order: nobody is lost, nobody has two calls, everything ends."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assist.desk.history import History

WEIGHTS = {
    "queue": 8, "accept": 2, "accept_what_rings": 4, "refuse_what_rings": 2, "end_a_call": 5, "late_news": 1,
    "leave": 1, "pause": 1, "resume": 2, "be_ready": 5, "be_away": 1, "open_panel": 3, "lose_panel": 1, "join": 1,
    "promise": 1, "cancel": 1, "dial": 2, "time_passes": 6,
}  # fmt: skip
OFTEN = [step for step, weight in WEIGHTS.items() for _ in range(weight)]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(OFTEN), st.integers(0, 999)), min_size=100, max_size=200))
def test_nobody_is_lost_nobody_has_two_calls_everything_ends(history):
    so_far = History()
    for step, number in history:
        getattr(so_far, step)(random.Random(number))
        so_far.check()
    so_far.end()
