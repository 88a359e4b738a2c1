"""Who gets which call: what follows from how things stand, each time that something has happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from assist.desk.callbacks import Callback, Callbacks, Dialling
from assist.desk.effects import (
    Announce,
    CallBack,
    CallbackChanged,
    ChatLost,
    Effect,
    How,
    Nobody,
    NobodyThere,
    NobodyTook,
    NotTaken,
    Offer,
    OfferCallback,
    StateChanged,
    WhyNobodyTook,
    Withdraw,
)
from assist.desk.expected_wait import ExpectedWaits, HandlingTimes
from assist.desk.offers import Offers, Ringing, choose, longest_idle_first
from assist.desk.people import Agent, Chosen, Staff, Talk
from assist.desk.rules import DeskRules
from assist.desk.service_level import Today
from assist.desk.tickets import Line, Waiting
from voicebot.korean_time import KST


class Distribution:
    """People, those who wait, what rings where, and callbacks; ``told`` gathers what others have to do.

    What happens is noted by the other methods; :meth:`settle` draws the consequences, and is called behind each.
    """

    def __init__(self, rules: DeskRules) -> None:
        self.rules = rules
        self.staff = Staff()
        self.line = Line()
        self.offers = Offers()
        self.handling = HandlingTimes(rules.handling_s)
        self.today = Today(rules.service_level_s)
        self.callbacks = Callbacks(rules.most_callbacks)
        self.told: list[Effect] = []
        self._zero: datetime | None = None  # by the wall clock

    def it_is(self, now: datetime, now_s: float) -> None:
        """By both clocks. Before it is first known what time it is nobody is called back."""
        self._zero = now - timedelta(seconds=now_s)
        self.today.is_day(now.astimezone(KST).date())

    def waits(self) -> ExpectedWaits:
        return ExpectedWaits(self.staff, self.line, self.handling, self.rules.longest_wait_s)

    # ---- people

    def choose(self, agent: Agent, state: Chosen, now_s: float) -> None:
        self._note_is_done(agent, now_s)
        agent.choose(state, now_s)

    def leave_work(self, agent: Agent, reason: NotTaken, now_s: float) -> None:
        """Away, at once or behind the call; ``reason`` is why they do not take what rings there."""
        if ringing := self.offers.at(agent.person.name):
            self.not_taken(ringing, reason, now_s)
        self.choose(agent, "away", now_s)

    def begin(self, agent: Agent, talk: Talk) -> None:
        """They are in a call; nothing else rings there."""
        self._note_is_done(agent, talk.since_s)
        if ringing := self.offers.at(agent.person.name):
            self.not_taken(ringing, "withdrawn", talk.since_s)
        agent.begin(talk)

    def end(self, agent: Agent, call_id: str, now_s: float) -> None:
        talk = agent.end(call_id, now_s, self.rules.wrapup_s)
        if talk and agent.talks:
            self.handling.handled(talk, now_s)  # nothing is written behind a chat while others go on

    def _note_is_done(self, agent: Agent, now_s: float) -> None:
        if agent.wraps:
            self.handling.handled(agent.wraps, now_s)
            agent.wraps = None

    # ---- those who wait

    def remove(self, call_id: str) -> Waiting | None:
        """Out of the line, whatever rings for them."""
        if ringing := self.offers.of_call(call_id):
            self.stop_ringing(ringing, "withdrawn")
        return self.line.remove(call_id)

    def stop_ringing(self, ringing: Ringing, reason: NotTaken) -> None:
        self.offers.remove(ringing)
        self.told.append(Withdraw(ringing.name, ringing.call_id, reason))

    def not_taken(self, ringing: Ringing, reason: NotTaken, now_s: float) -> None:
        """By the one where it rings: it is for the next one, if it is for anybody else."""
        self.stop_ringing(ringing, reason)
        waiting = self.line.get(ringing.call_id)
        if waiting and waiting.ticket.to:
            self._nobody_took(waiting, "busy" if reason == "withdrawn" else reason)
        elif waiting and reason == "refused":
            waiting.not_before_s[ringing.name] = now_s + self.rules.again_s

    def _nobody_there(self, waiting: Waiting, reason: Nobody, now_s: float) -> None:
        ticket = waiting.ticket
        self.line.remove(ticket.call_id)
        self.today.lost(ticket.skill, now_s - ticket.queued_s)
        self.told.append(NobodyThere(ticket.call_id, reason))

    def _nobody_took(self, waiting: Waiting, reason: WhyNobodyTook) -> None:
        ticket = waiting.ticket
        self.line.remove(ticket.call_id)
        self.told.append(NobodyTook(ticket.call_id, ticket.to or "", reason))

    # ---- callbacks

    def not_reached(self, callback_id: str, now_s: float) -> None:
        if self._zero is None:
            return
        again = self._zero + timedelta(seconds=now_s + self.rules.callback_again_s)
        found = self.callbacks.not_reached(callback_id, again, self.rules.callback_attempts)
        if found and (agent := self.after_dialling(*found)):
            agent.enter(agent.then, now_s)

    def after_dialling(self, dialling: Dialling, callback: Callback) -> Agent | None:
        """For whom it was dialled, with nothing to do just now."""
        self.told.append(CallbackChanged(callback))
        if agent := self.staff.get(dialling.name):
            agent.callback = ""
        return agent

    # ---- consequences

    def settle(self, now_s: float) -> list[Effect]:
        """All that follows now, and everything told since it was last called."""
        self._time_is_up(now_s)
        self._send_away(now_s)
        self._call_back(now_s, self.rules.callback_late_s)
        self._offer_calls(now_s)
        self._call_back(now_s, 0.0)
        self._announce(now_s)
        self.staff.forget_the_gone()
        for agent in self.staff:
            if agent.told != agent.state:
                agent.told = agent.state
                self.told.append(StateChanged(agent.person.name, agent.state))
        told, self.told = self.told, []
        return told

    def _time_is_up(self, now_s: float) -> None:
        for dialling in self.callbacks.dialling():
            if now_s - dialling.since_s >= self.rules.dial_s:
                self.not_reached(dialling.callback.id, now_s)
        for ringing in self.offers:
            if now_s >= ringing.until_s and (agent := self.staff.get(ringing.name)):
                self.leave_work(agent, "no_answer", now_s)
        for agent in self.staff:
            if agent.state == "wrapping" and now_s >= agent.wraps_until_s:
                self._note_is_done(agent, now_s)
                agent.enter(agent.then, now_s)
            if agent.has_lost_panel(now_s, self.rules.lost_s):
                self._lose(agent, now_s)

    def _lose(self, agent: Agent, now_s: float) -> None:
        for talk in list(agent.talks.values()):
            if talk.is_chat:
                self.end(agent, talk.call_id, now_s)
                self.told.append(ChatLost(agent.person.name, talk.call_id))
        if agent.state in ("ready", "wrapping") and not agent.is_reachable(is_chat=False):
            self.leave_work(agent, "lost", now_s)

    def _send_away(self, now_s: float) -> None:
        """Those for whom there is nobody, and those who want one person, who is called or is not to be had."""
        is_served: dict[tuple[str, bool], bool] = {}
        for waiting in self.line:
            ticket = waiting.ticket
            if waiting.is_paused or self.offers.of_call(ticket.call_id):
                continue
            if ticket.to:
                self._call_the_one(waiting, ticket.to, now_s)
                continue
            if ticket.queue not in is_served:
                is_served[ticket.queue] = self._is_served(*ticket.queue, now_s)
            if not is_served[ticket.queue]:
                self._nobody_there(waiting, "signed_out", now_s)
            elif now_s - ticket.queued_s >= self.rules.longest_wait_s:
                self._nobody_there(waiting, "too_long", now_s)

    def _is_served(self, skill: str, is_chat: bool, now_s: float) -> bool:
        return any(
            agent.person.serves(skill, is_chat=is_chat)
            and agent.is_there(now_s, self.rules.break_s)
            and not (is_chat and agent.has_lost_panel(now_s, self.rules.lost_s))
            for agent in self.staff
        )

    def _call_the_one(self, waiting: Waiting, name: str, now_s: float) -> None:
        agent, is_chat = self.staff.get(name), waiting.ticket.is_chat
        if agent is None or not agent.is_known:
            self._nobody_took(waiting, "unknown")
        elif not agent.has_room_for(waiting.ticket.call_id, is_chat=is_chat):
            self._nobody_took(waiting, "busy")
        elif not agent.may_be_asked_for(is_chat=is_chat):
            self._nobody_took(waiting, "away")
        elif self.offers.at(name) is None:  # else the other ring is waited for, which ends
            self._ring(waiting, agent, now_s)

    def _offer_calls(self, now_s: float) -> None:
        free = self._free()
        for waiting in self.line:
            ticket = waiting.ticket
            if not free:
                return
            if waiting.is_paused or ticket.to or self.offers.of_call(ticket.call_id):
                continue
            if agent := choose(waiting, free, self.staff.get(ticket.sticky), now_s, self.rules.sticky_s):
                free.remove(agent)
                self._ring(waiting, agent, now_s)

    def _ring(self, waiting: Waiting, agent: Agent, now_s: float) -> None:
        ticket, name = waiting.ticket, agent.person.name
        ringing = Ringing(name, ticket.call_id, now_s + self.rules.ring_s)
        self.offers.add(ringing)
        how: How = "sip" if agent.person.phone and not ticket.is_chat else "panel"
        self.told.append(Offer(name, ticket.call_id, ringing.until_s, how))

    def _call_back(self, now_s: float, late_s: float) -> None:
        """Those that have been due for ``late_s``, each for one agent who has nothing else to do."""
        free = self._free() if len(self.callbacks) else []
        if self._zero is None or not free:
            return
        for callback in self.callbacks.due(self._zero + timedelta(seconds=now_s - late_s)):
            able = (
                one for one in free if one.is_free(is_chat=False) and one.person.serves(callback.skill, is_chat=False)
            )
            if agent := next(able, None):
                agent.callback = callback.id
                agent.enter("talking", now_s)
                self.told.append(CallbackChanged(self.callbacks.dial(callback.id, agent.person.name, now_s)))
                self.told.append(CallBack(callback.id, callback.number, agent.person.name))

    def _free(self) -> list[Agent]:
        """For a call or a chat, where nothing rings; longest idle first."""
        return longest_idle_first(
            agent
            for agent in self.staff
            if (agent.is_free(is_chat=False) or agent.is_free(is_chat=True)) and not self.offers.at(agent.person.name)
        )

    def _announce(self, now_s: float) -> None:
        due = [waiting for waiting in self.line if self._is_to_be_told(waiting, now_s)]
        if not due:
            return
        positions, waits = self.line.positions(), self.waits()
        for waiting in due:
            ticket = waiting.ticket
            position = positions[ticket.call_id]
            wait_s = waits.wait_s(*ticket.queue, position)
            waiting.announce_s = now_s + self.rules.announce_every_s
            if self._wants_callback_offered(waiting, now_s):
                waiting.was_offered_callback = True
                self.told.append(OfferCallback(ticket.call_id, wait_s))
            else:
                self.told.append(Announce(ticket.call_id, position, wait_s, is_first=not waiting.was_announced))
                waiting.was_announced = True

    def _is_to_be_told(self, waiting: Waiting, now_s: float) -> bool:
        ticket = waiting.ticket
        if waiting.is_paused or ticket.to or self.offers.of_call(ticket.call_id):
            return False
        return now_s >= waiting.announce_s or self._wants_callback_offered(waiting, now_s)

    def _wants_callback_offered(self, waiting: Waiting, now_s: float) -> bool:
        ticket = waiting.ticket
        if waiting.was_offered_callback or ticket.is_chat or not ticket.customer:
            return False
        return now_s - ticket.queued_s >= self.rules.offer_callback_after_s
