"""The desk: brings callers who wait and people who are free together. Pure: no clock, no wire, no store of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from assist.desk.callbacks import Callback
from assist.desk.distribution import Distribution
from assist.desk.effects import CallbackChanged, Effect, NobodyThere, NobodyTook, Refusal
from assist.desk.people import Chosen, Person, State, Talk
from assist.desk.rules import DeskRules
from assist.desk.snapshot import Snapshot, agents_now, queues_now, waiting_now
from assist.desk.tickets import Ticket


class Desk:
    """Everything that happens is told to it with ``now_s``, seconds of one monotonic clock; it answers what is to be
    done, in order. :meth:`tick` at least once a second makes time pass.

    Names and calls that it does not know change nothing: news of people and calls that are gone come late. A queue that
    is full sends callers to the bot (:class:`NobodyThere`), never a caller away.
    """

    def __init__(self, rules: DeskRules | None = None) -> None:
        self._rules = rules or DeskRules()
        self._all = Distribution(self._rules)

    # ---- people

    def people_known(self, people: Iterable[Person], now_s: float) -> list[Effect]:
        """All who exist. New ones are away; who is missing is offered nothing, and finishes the call they are in."""
        self._all.staff.know(people, now_s)
        for agent in self._all.staff:
            if not agent.is_known:
                self._all.leave_work(agent, "lost", now_s)
        return self._all.settle(now_s)

    def restore(self, states: Mapping[str, State], now_s: float) -> list[Effect]:
        """As known people were before the service was restarted: who talked then writes now, and all have
        ``rules.lost_s`` to open their panels again. Unknown names are left out.
        """
        for name, state in states.items():
            if agent := self._all.staff.get(name):
                agent.told, agent.lost_s = state, now_s
                agent.then = "away" if state == "away" else "ready"
                agent.enter("wrapping" if state == "talking" else state, now_s)
                agent.wraps_until_s = now_s + self._rules.wrapup_s
        return self._all.settle(now_s)

    def set_state(self, name: str, state: Chosen, now_s: float) -> list[Effect]:
        """By choice: at once, or behind the call that they are in. Whoever writes is done with it."""
        if agent := self._all.staff.get(name):
            if state == "away":
                self._all.leave_work(agent, "refused", now_s)
            elif agent.is_known:
                if agent.connected_s is None and agent.lost_s is None:
                    agent.lost_s = now_s
                self._all.choose(agent, "ready", now_s)
        return self._all.settle(now_s)

    def connected(self, name: str, is_connected: bool, now_s: float) -> list[Effect]:
        """A panel is open, or lost: then what rings in it rings at the next one. A telephone goes on ringing."""
        if agent := self._all.staff.get(name):
            if is_connected:
                agent.connected_s = now_s if agent.connected_s is None else agent.connected_s
                agent.lost_s = None
            elif agent.connected_s is not None:
                agent.connected_s, agent.lost_s = None, now_s
                ringing = self._all.offers.at(name)
                waiting = self._all.line.get(ringing.call_id) if ringing else None
                if ringing and waiting and not agent.is_reachable(is_chat=waiting.ticket.is_chat):
                    self._all.not_taken(ringing, "lost", now_s)
        return self._all.settle(now_s)

    # ---- calls

    def queue(self, ticket: Ticket, now_s: float) -> list[Effect]:
        """A caller waits for a person. Who waits already keeps the place with the new ticket, paused or not."""
        before = self._all.remove(ticket.call_id)
        if len(self._all.line) >= self._rules.most_waiting:
            gone = NobodyTook(ticket.call_id, ticket.to, "busy") if ticket.to else NobodyThere(ticket.call_id, "full")
            self._all.told.append(gone)
            return self._all.settle(now_s)
        if before:
            ticket = replace(ticket, queued_s=min(ticket.queued_s, before.ticket.queued_s))
        waiting = self._all.line.add(ticket, now_s)
        if before:
            waiting.was_announced, waiting.was_offered_callback = before.was_announced, before.was_offered_callback
        if ticket.given_by:
            waiting.not_before_s[ticket.given_by] = now_s + self._rules.again_s
        return self._all.settle(now_s)

    def leave(self, call_id: str, now_s: float) -> list[Effect]:
        """The caller is gone: nothing rings for them any more, and whoever was in the call writes."""
        waiting = self._all.remove(call_id)
        if waiting and not waiting.ticket.to and not waiting.is_paused:
            self._all.today.lost(waiting.ticket.skill, now_s - waiting.ticket.queued_s)
        for agent in self._all.staff:
            self._all.end(agent, call_id, now_s)
        return self._all.settle(now_s)

    def withdraw(self, call_id: str, now_s: float) -> list[Effect]:
        """Nobody else is wanted for the call: it is out of the line, and whoever is in it goes on."""
        self._all.remove(call_id)
        return self._all.settle(now_s)

    def pause(self, call_id: str, now_s: float) -> list[Effect]:
        """The bot has the caller for a while (a callback is offered), who keeps their place in the queue."""
        if waiting := self._all.line.get(call_id):
            waiting.is_paused = True
            if ringing := self._all.offers.of_call(call_id):
                self._all.stop_ringing(ringing, "withdrawn")
        return self._all.settle(now_s)

    def resume(self, call_id: str, now_s: float) -> list[Effect]:
        """They wait on, and hear at once where they stand."""
        if waiting := self._all.line.get(call_id):
            waiting.is_paused = False
            waiting.announce_s = now_s
        return self._all.settle(now_s)

    def accept(self, name: str, call_id: str, now_s: float) -> bool:
        """The first who accepts has the call. False: it rings there no more, somebody else has it, it is gone, or they
        are in another one. A supervisor may take whatever waits, unless the bot has it.

        What follows for others (:class:`Withdraw`, :class:`StateChanged`) is answered by the next call of any method.
        """
        agent, waiting = self._all.staff.get(name), self._all.line.get(call_id)
        if not agent or not waiting or not agent.has_room_for(call_id, is_chat=waiting.ticket.is_chat):
            return False
        ringing = self._all.offers.of_call(call_id)
        if ringing and ringing.name == name:
            self._all.offers.remove(ringing)
        elif not agent.person.is_supervisor or not agent.is_known or waiting.is_paused:
            return False
        self._all.remove(call_id)
        ticket = waiting.ticket
        if not ticket.to:
            self._all.today.answered(ticket.skill, now_s - ticket.queued_s)
        self._all.begin(agent, Talk(call_id, ticket.skill, ticket.is_chat, now_s))
        return True

    def join(self, name: str, call_id: str, now_s: float, *, skill: str = "", is_chat: bool = False) -> bool:
        """Somebody is in a call that was not offered to them: a supervisor took it over, a listener joined in.

        False, and nothing changes, where they are in another one. As with :meth:`accept`, effects come with the next
        call.
        """
        agent = self._all.staff.get(name)
        if agent and call_id in agent.talks:
            return True
        if not agent or not agent.has_room_for(call_id, is_chat=is_chat):
            return False
        self._all.begin(agent, Talk(call_id, skill, is_chat, now_s))
        return True

    def refuse(self, name: str, call_id: str, reason: Refusal, now_s: float) -> list[Effect]:
        """It rings at the next one. Whose telephone does not answer or cannot be reached is away from now on."""
        ringing = self._all.offers.of_call(call_id)
        agent = self._all.staff.get(name)
        if agent and ringing and ringing.name == name:
            if reason == "refused":
                self._all.not_taken(ringing, reason, now_s)
            else:
                self._all.leave_work(agent, reason, now_s)
        return self._all.settle(now_s)

    def done(self, name: str, call_id: str, now_s: float) -> list[Effect]:
        """They are out of the call, whether it goes on or not: behind their last one they write."""
        if agent := self._all.staff.get(name):
            self._all.end(agent, call_id, now_s)
        return self._all.settle(now_s)

    def written(self, name: str, call_id: str, now_s: float) -> list[Effect]:
        """Their note is done: what they chose to do behind the call begins. Nothing where they write about another."""
        agent = self._all.staff.get(name)
        if agent and agent.state == "wrapping" and (agent.wraps is None or agent.wraps.call_id == call_id):
            self._all.choose(agent, agent.then, now_s)
        return self._all.settle(now_s)

    # ---- callbacks

    def call_back_later(self, callback: Callback) -> bool:
        """Takes one of the store's that waits, or one that was just agreed; False where there is no room for more."""
        return self._all.callbacks.add(callback)

    def cancel_callback(self, callback_id: str, now_s: float) -> list[Effect]:
        """One that is being dialled goes on."""
        if cancelled := self._all.callbacks.cancel(callback_id):
            self._all.told.append(CallbackChanged(cancelled))
        return self._all.settle(now_s)

    def callback_reached(self, callback_id: str, call_id: str, now_s: float) -> list[Effect]:
        """The customer has answered: the agent is in ``call_id`` with them. One who answers so late that nobody waits
        for it any more is not called again.
        """
        found = self._all.callbacks.reached(callback_id)
        if found and (agent := self._all.after_dialling(*found)):
            self._all.begin(agent, Talk(call_id, found[1].skill, False, now_s))
        elif late := self._all.callbacks.reached_late(callback_id):
            self._all.told.append(CallbackChanged(late))
        return self._all.settle(now_s)

    def callback_not_reached(self, callback_id: str, now_s: float) -> list[Effect]:
        """Busy, or nobody answered: it is tried again later, as often as the rules say."""
        self._all.not_reached(callback_id, now_s)
        return self._all.settle(now_s)

    def callback_not_taken(self, callback_id: str, now_s: float) -> list[Effect]:
        """The agent was not there for it: it goes to somebody else, and they are away."""
        found = self._all.callbacks.not_taken(callback_id)
        if found and (agent := self._all.after_dialling(*found)):
            agent.then = "away"
            agent.enter("away", now_s)
        return self._all.settle(now_s)

    # ---- time

    def tick(self, now_s: float, now: datetime) -> list[Effect]:
        """What is due: rings that nobody answers, notes that take too long, announcements, callbacks.

        ``now`` is the wall clock, with a time zone; the day of the figures is the Korean one.
        """
        self._all.it_is(now, now_s)
        return self._all.settle(now_s)

    def place(self, call_id: str) -> tuple[int, int] | None:
        """Position from 1 and the expected wait in seconds of a caller; None where they do not wait in a queue."""
        position = self._all.line.positions().get(call_id)
        waiting = self._all.line.get(call_id)
        return (position, self._all.waits().wait_s(*waiting.ticket.queue, position)) if position and waiting else None

    def snapshot(self, now_s: float) -> Snapshot:
        waits = self._all.waits()
        waiting = waiting_now(self._all.line, self._all.offers, waits, now_s)
        return Snapshot(
            agents_now(self._all.staff, self._all.offers, now_s),
            queues_now(self._all.staff, waiting, waits, self._all.handling, self._all.today),
            waiting,
            len(self._all.callbacks),
        )
