"""What is to be true at a desk, whatever happens."""

from __future__ import annotations

from assist.desk import (
    Announce,
    CallBack,
    CallbackChanged,
    ChatLost,
    DeskRules,
    Effect,
    NobodyThere,
    NobodyTook,
    Offer,
    OfferCallback,
    StateChanged,
    Ticket,
    Withdraw,
)
from assist.desk.snapshot import AgentNow, Snapshot
from tests.assist.desk.shift import Shift, person

RULES = DeskRules(
    ring_s=5, wrapup_s=6, sticky_s=4, again_s=8, lost_s=7, break_s=20, announce_every_s=3, offer_callback_after_s=6,
    longest_wait_s=60, most_waiting=4, callback_late_s=10, callback_again_s=10, callback_attempts=2, dial_s=9,
)  # fmt: skip
PEOPLE = (
    person("kim", "일반", chats=2),
    person("lee", "일반", "배송", phone="sip:lee@example.kr"),
    person("park", "배송", chats=1),
    person("boss", "일반", "배송", is_supervisor=True),
)

NAMES = [one.name for one in PEOPLE]


class Witness:
    """Beside the desk: who waits, what rings where, who is in which call, as far as that shows from outside."""

    def __init__(self) -> None:
        self.shift = Shift(*PEOPLE, rules=RULES)
        self.desk = self.shift.desk
        self.tickets: dict[str, Ticket] = {}  # of those who wait
        self.was_chat: dict[str, bool] = {}
        self.paused: set[str] = set()
        self.rings: dict[str, str] = {}  # by call
        self.passed: dict[tuple[str, str], float] = {}  # who is not to be offered a call before when
        self.connected = set(NAMES)
        self.offered_callback: set[str] = set()
        self.dialled: dict[str, str] = {}  # by agent
        self.promised = 0
        self.state = dict.fromkeys(NAMES, "ready")

    # ---- what is told

    def hear(self, told: list[Effect]) -> None:
        offered = []
        for effect in told:
            match effect:
                case Offer(name, call_id, until_s, how):
                    assert call_id in self.tickets and call_id not in self.rings and call_id not in self.paused
                    assert name not in self.rings.values()
                    assert until_s == self.shift.now_s + RULES.ring_s
                    assert (how == "sip") == (name == "lee" and not self.tickets[call_id].is_chat)
                    self.rings[call_id] = name
                    offered.append(effect)
                case Withdraw(name, call_id, reason):
                    assert self.rings.pop(call_id) == name
                    if reason == "refused":
                        self.passed[name, call_id] = self.shift.now_s + RULES.again_s
                case NobodyThere(call_id):
                    assert self.tickets.pop(call_id).to is None and call_id not in self.rings
                case NobodyTook(call_id, name):
                    assert self.tickets.pop(call_id).to == name and call_id not in self.rings
                case Announce(call_id, position, wait_s):
                    assert self.is_waiting(call_id) and position >= 1 and 0 <= wait_s <= RULES.longest_wait_s
                case OfferCallback(call_id):
                    assert self.is_waiting(call_id) and call_id not in self.offered_callback
                    self.offered_callback.add(call_id)
                case ChatLost(name, call_id):
                    assert self.was_chat[call_id] and name not in self.connected
                case CallBack(callback_id, _, name):
                    assert name not in self.dialled and name not in self.rings.values()
                    self.dialled[name] = callback_id
                case CallbackChanged(callback):
                    assert callback.attempts <= RULES.callback_attempts
                    if callback.status != "dialling":
                        self.dialled = {name: one for name, one in self.dialled.items() if one != callback.id}
                case StateChanged(name, state):
                    assert self.state[name] != state
                    self.state[name] = state
        self.paused &= set(self.tickets)
        for offer in offered:
            if self.rings.get(offer.call_id) == offer.name:
                self.was_fair(offer)

    def is_waiting(self, call_id: str) -> bool:
        ticket = self.tickets[call_id]
        return ticket.to is None and call_id not in self.rings and call_id not in self.paused

    def was_fair(self, offer: Offer) -> None:
        """Nobody of those who could have had it, and still could, has been idle for longer."""
        ticket, now = self.tickets[offer.call_id], self.now
        took = next(agent for agent in now.agents if agent.name == offer.name)
        if ticket.to:
            assert offer.name == ticket.to
            return
        assert self.could_take(took, ticket, is_ringing=True)
        if ticket.sticky == offer.name:
            return
        for agent in now.agents:
            if agent.name != offer.name and self.could_take(agent, ticket) and agent.state == took.state == "ready":
                assert agent.for_s <= took.for_s

    def could_take(self, agent: AgentNow, ticket: Ticket, is_ringing: bool = False) -> bool:
        chats = next(one.chats for one in PEOPLE if one.name == agent.name)
        is_idle = agent.state == "ready"
        is_chatting = agent.state == "talking" and not agent.callback and all(map(self.was_chat.get, agent.calls))
        is_reachable = agent.is_connected or (agent.name == "lee" and not ticket.is_chat)
        has_room = (is_idle or (is_chatting and len(agent.calls) < chats)) if ticket.is_chat else is_idle
        is_asked = self.shift.now_s >= self.passed.get((agent.name, ticket.call_id), 0)
        serves = not ticket.skill or ticket.skill in agent.skills
        return has_room and is_reachable and is_asked and serves and (is_ringing or not agent.offered)

    def held_by(self, call_id: str) -> list[str]:
        return [agent.name for agent in self.now.agents if call_id in agent.calls]

    @property
    def now(self) -> Snapshot:
        return self.shift.desk.snapshot(self.shift.now_s)

    # ---- what is always so

    def check(self) -> None:
        now = self.now
        self.no_ticket_is_lost(now)
        self.nobody_has_two_calls(now)
        self.nobody_waits_while_somebody_could_talk_to_them(now)
        order = [(-one.priority, -one.waited_s) for one in now.waiting]
        assert order == sorted(order)
        assert {agent.name: agent.state for agent in now.agents} == self.state

    def no_ticket_is_lost(self, now: Snapshot) -> None:
        assert {one.call_id for one in now.waiting} == set(self.tickets)
        assert {one.call_id: one.offered_to for one in now.waiting if one.offered_to} == self.rings

    def nobody_has_two_calls(self, now: Snapshot) -> None:
        for agent in now.agents:
            voices = sum(not self.was_chat[call] for call in agent.calls) + bool(agent.callback)
            assert not voices or len(agent.calls) + bool(agent.callback) == 1
            assert (agent.state == "talking") == bool(agent.calls or agent.callback)
            assert agent.offered == next((call for call, name in self.rings.items() if name == agent.name), "")
            assert agent.callback == self.dialled.get(agent.name, "")

    def nobody_waits_while_somebody_could_talk_to_them(self, now: Snapshot) -> None:
        for waiting in now.waiting:
            ticket = self.tickets[waiting.call_id]
            if self.is_waiting(ticket.call_id) and not ticket.sticky:
                free = [one.name for one in now.agents if one.state == "ready" and self.could_take(one, ticket)]
                assert not free, (ticket, free)
