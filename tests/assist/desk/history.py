"""Anything that may happen at a desk."""

from __future__ import annotations

import random
from datetime import timedelta

from assist.desk import Callback, Ticket
from tests.assist.desk.witness import NAMES, RULES, Witness

CALLS = list("abcdefg")
SKILLS = ["일반", "일반", "배송", ""]


class History(Witness):
    """Each step draws what it needs from ``chance``."""

    def queue(self, chance: random.Random) -> None:
        call_id, now_s = chance.choice(CALLS), self.shift.now_s
        is_chat = self.was_chat[call_id] if self.held_by(call_id) else chance.random() < 0.4
        given_by = chance.choice(["", "", *NAMES])
        ticket = Ticket(
            call_id,
            chance.choice(SKILLS),
            now_s - chance.choice([0, 0, 3]),
            priority=chance.choice([0, 0, 1]),
            is_chat=is_chat,
            customer=chance.choice(["", "010"]),
            sticky=chance.choice([None, None, *NAMES]),
            to=chance.choice([None, None, None, None, *NAMES, "nobody"]),
            given_by=given_by,
        )
        if call_id not in self.tickets:
            self.offered_callback.discard(call_id)
        self.was_chat[call_id] = is_chat
        self.tickets[call_id] = ticket
        self.paused.discard(call_id)
        self.passed = {key: until_s for key, until_s in self.passed.items() if key[1] != call_id}
        if given_by:
            self.passed[given_by, call_id] = now_s + RULES.again_s
        self.hear(self.desk.queue(ticket, now_s))

    def accept(self, chance: random.Random) -> None:
        """By anybody, rung or not."""
        name, call_id = chance.choice(NAMES), chance.choice(CALLS)
        may = self.rings.get(call_id) == name or (name == "boss" and call_id in set(self.tickets) - self.paused)
        if self.desk.accept(name, call_id, self.shift.now_s):
            assert may
            del self.tickets[call_id]
            self.rings = {call: at for call, at in self.rings.items() if (call, at) != (call_id, name)}
        self.hear(self.shift.tick())

    def accept_what_rings(self, chance: random.Random) -> None:
        if self.rings:
            call_id, name = chance.choice(sorted(self.rings.items()))
            assert self.desk.accept(name, call_id, self.shift.now_s)
            del self.tickets[call_id], self.rings[call_id]
            assert not self.desk.accept(name, call_id, self.shift.now_s)
            self.hear(self.shift.tick())

    def refuse_what_rings(self, chance: random.Random) -> None:
        if self.rings:
            call_id, name = chance.choice(sorted(self.rings.items()))
            reason = chance.choice(["refused", "refused", "no_answer", "lost"])
            self.hear(self.desk.refuse(name, call_id, reason, self.shift.now_s))
            assert self.rings.get(call_id) != name

    def end_a_call(self, chance: random.Random) -> None:
        held = [(agent.name, call_id) for agent in self.now.agents for call_id in agent.calls]
        if held:
            self.hear(self.desk.done(*chance.choice(held), self.shift.now_s))

    def late_news(self, chance: random.Random) -> None:
        """Of what rings there no more, or of a call that they are not in."""
        name, call_id = chance.choice(NAMES), chance.choice(CALLS)
        if self.rings.get(call_id) != name:
            self.hear(self.desk.refuse(name, call_id, "lost", self.shift.now_s))
        if name not in self.held_by(call_id):
            self.hear(self.desk.done(name, call_id, self.shift.now_s))

    def leave(self, chance: random.Random) -> None:
        call_id = chance.choice(CALLS)
        self.tickets.pop(call_id, None)
        self.paused.discard(call_id)
        self.hear(self.desk.leave(call_id, self.shift.now_s))
        assert not self.held_by(call_id)

    def pause(self, chance: random.Random) -> None:
        call_id = chance.choice(CALLS)
        self.paused |= {call_id} & set(self.tickets)
        self.hear(self.desk.pause(call_id, self.shift.now_s))

    def resume(self, chance: random.Random) -> None:
        call_id = chance.choice(CALLS)
        self.paused.discard(call_id)
        self.hear(self.desk.resume(call_id, self.shift.now_s))

    def be_ready(self, chance: random.Random) -> None:
        self.hear(self.desk.set_state(chance.choice(NAMES), "ready", self.shift.now_s))

    def be_away(self, chance: random.Random) -> None:
        self.hear(self.desk.set_state(chance.choice(NAMES), "away", self.shift.now_s))

    def open_panel(self, chance: random.Random) -> None:
        name = chance.choice(NAMES)
        self.connected.add(name)
        self.hear(self.desk.connected(name, True, self.shift.now_s))

    def lose_panel(self, chance: random.Random) -> None:
        name = chance.choice(NAMES)
        self.connected.discard(name)
        self.hear(self.desk.connected(name, False, self.shift.now_s))

    def join(self, chance: random.Random) -> None:
        name, call_id = chance.choice(NAMES), chance.choice(CALLS)
        self.desk.join(name, call_id, self.shift.now_s, is_chat=self.was_chat.setdefault(call_id, False))
        self.hear(self.shift.tick())

    def promise(self, chance: random.Random) -> None:
        self.promised += 1
        at = self.shift.now + timedelta(seconds=chance.randrange(20))
        assert self.desk.call_back_later(Callback(f"callback {self.promised}", "010", at, chance.choice(SKILLS)))

    def cancel(self, chance: random.Random) -> None:
        self.hear(self.desk.cancel_callback(f"callback {chance.randrange(9)}", self.shift.now_s))

    def dial(self, chance: random.Random) -> None:
        if not self.dialled:
            return
        callback_id = chance.choice(sorted(self.dialled.values()))
        what = chance.choice(["reached", "reached", "not reached", "not taken"])
        if what == "reached":
            call_id = f"to {callback_id}"
            self.was_chat[call_id] = False
            self.hear(self.desk.callback_reached(callback_id, call_id, self.shift.now_s))
        elif what == "not reached":
            self.hear(self.desk.callback_not_reached(callback_id, self.shift.now_s))
        else:
            self.hear(self.desk.callback_not_taken(callback_id, self.shift.now_s))

    def time_passes(self, chance: random.Random) -> None:
        self.pass_s(chance.randrange(1, 8))

    def pass_s(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.shift.now_s += 1
            self.hear(self.shift.tick())

    def end(self) -> None:
        """When nothing happens any more but time, everybody who waits has an answer, and everybody is free or away."""
        for call_id in list(self.tickets):
            self.paused.discard(call_id)
            self.hear(self.desk.resume(call_id, self.shift.now_s))
        self.pass_s(RULES.longest_wait_s + RULES.ring_s + 1)
        assert not self.tickets and not self.rings
        for agent in self.now.agents:
            for call_id in agent.calls:
                self.hear(self.desk.done(agent.name, call_id, self.shift.now_s))
        for name in NAMES:
            self.hear(self.desk.connected(name, False, self.shift.now_s))
            self.hear(self.desk.set_state(name, "away", self.shift.now_s))
        self.pass_s(RULES.wrapup_s + RULES.dial_s + 1)
        assert {agent.state for agent in self.now.agents} == {"away"} and not self.dialled
