"""Figures of the desk: what callers and agents wait for, how many talk at once, and the panel in a browser."""

from collections.abc import Iterator

from aicc.figure import Figure, answer_of

LATE_PERCENT = 0.1


def desk_figures() -> Iterator[Figure]:
    """About six minutes."""
    for agents, calls, more in (("SIP telephones", 20, ()), ("browsers", 10, ("--browsers",))):
        found = answer_of("bench", "desk", "--calls", str(calls), "--seconds", "60", *more, "--json")
        yield Figure(f"accept to both hear each other, agents at {agents}, p95", found["both_hear_p95_ms"], 500, "ms")
        yield Figure(f"caller's words to the agent's screen, {calls} calls, p95", found["partial_p95_ms"], 350, "ms")
        yield Figure(f"caller's words to a suggestion, {calls} calls, p95", found["suggestion_p95_ms"], 500, "ms")
        talking = found["still_talking"] if found["frames_late_percent"] <= LATE_PERCENT else 0
        yield Figure(f"bridged calls at once, agents at {agents}, in time", talking, calls, "calls", at_least=True)
