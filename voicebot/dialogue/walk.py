"""Following one flow: its steps from top to bottom, with the jumps and returns that designers and callers make."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from voicebot.dialogue.form import Form
from voicebot.dialogue.scenario import step as steps
from voicebot.dialogue.scenario.flow import Flow
from voicebot.dialogue.scenario.step import Step
from voicebot.dialogue.services import Reply, picked
from voicebot.dialogue.signals import AskAgain, Ended, FlowDone, Goodbye, JumpTo, LeaveFlow, RestartCall
from voicebot.dialogue.template import TemplateInvalid, Values, evaluate, fill, fill_data, fill_path, holds
from voicebot.dialogue.understand import Reading
from voicebot.events import CallbackBooked, ConsentGiven, FlowEntered, FlowLeft, MessageLeft, MessageSent, ServiceCalled

if TYPE_CHECKING:
    from voicebot.dialogue.conversation import Conversation

MEANWHILE_MS = 700  # a service that takes longer than a pause of speech: the caller is told to wait
MOST_STEPS = 2_000  # without the caller's saying anything; lint finds such loops, an edited file may still have one
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_TIME = re.compile(r"\d{2}:\d{2}(?::\d{2})?")


class Walk:
    """One way through a flow."""

    def __init__(self, conversation: Conversation, flow: Flow) -> None:
        self.flow = flow
        self.has_acted = False  # something was changed in the world: there is no going back before it
        self._conversation = conversation
        self._form = Form(conversation, self)
        self._node = ""
        self._steps_taken = 0

    @property
    def is_begun(self) -> bool:
        """Whether the caller has put anything into it yet."""
        return any(filled.flow == self.flow.flow for filled in self._conversation.memory.slots.values())

    @property
    def asks(self) -> list[str]:
        """The slots that the flow asks for, in order."""
        return _asked_in(self.flow.steps)

    async def run(self, reading: Reading | None, linked_from: str | None = None) -> None:
        """To the flow's end. What ``reading`` already tells is not asked.

        What the flow found out it forgets at its end, or leaves to the flow that it was linked from.
        """
        conversation, memory = self._conversation, self._conversation.memory
        conversation.record(FlowEntered(self.flow.flow, _node(self.flow.steps[0])))
        try:
            if reading:
                self._form.take(reading.heard, except_for=None)
            with contextlib.suppress(FlowDone):
                await self._follow(self.flow.steps)
        except TemplateInvalid as invalid:
            conversation.fault("flow", f"{self.flow.flow}, {self._node}: {invalid}", "handed over to a person")
            await conversation.say_own("fault")
            await conversation.hand_over("fault")
        finally:
            if conversation.off_record is self:
                self._record_again()
            conversation.record(FlowLeft(self.flow.flow, self._node))
            own = {name for name, filled in memory.slots.items() if filled.flow == self.flow.flow}
            passing = [name for name in own if self._keep(name) == "flow"]
            if linked_from is None:
                memory.forget(passing)
                memory.leave(own - set(passing), to="")
            else:
                memory.leave(passing, to=linked_from)

    def _keep(self, name: str) -> str:
        """How long a value lives: slots are described, what services gave or the flow set is the flow's own."""
        slots = {**self._conversation.mind.scenario.slots, **self.flow.slots}
        return slots[name].keep if name in slots else "flow"

    async def _follow(self, flow_steps: Sequence[Step]) -> None:
        at = 0
        while at < len(flow_steps):
            current = flow_steps[at]
            self._node = _node(current)
            try:
                if holds(current.when, self._conversation.memory.values()):
                    await self._take(current)
                    if current.go == steps.TO_THE_END:
                        raise FlowDone
                    if current.go:
                        raise JumpTo(current.go)
                at += 1
            except JumpTo as jump:
                at = _position(flow_steps, jump, lambda step, jump=jump: step.id == jump.step)
            except AskAgain as again:
                # where a branch asked for it, the branch is taken anew
                at = _position(flow_steps, again, lambda step, again=again: again.slot in _asked_in([step]))

    async def _take(self, current: Step) -> None:
        conversation, memory = self._conversation, self._conversation.memory
        self._steps_taken += 1
        if self._steps_taken > MOST_STEPS:
            raise TemplateInvalid("the flow goes round and round: give the loop a way out")
        match current:
            case steps.Say():
                await conversation.say_lines(current.say, interruptible=current.interruptible)
                memory.forget(_names(current.forget or []))
            case steps.Ask():
                for name in _names(current.ask):
                    await self._form.fill(name)
                self._steps_taken = 0
            case steps.Branch():
                values = memory.values()
                if arm := next((arm for arm in current.branch if holds(arm.when, values)), None):
                    await self._follow(arm.steps)
            case steps.Call():
                await self._call(current)
            case steps.Answer():
                if not await conversation.answer(fill(current.answer, memory.values())):
                    await (self._follow(current.missing) if current.missing else conversation.no_answer())
            case steps.Link():
                await conversation.walk(conversation.mind.flows[current.link], linked_from=self.flow.flow)
            case steps.Message():
                await self._send(current)
            case steps.Handoff():
                if current.say:
                    await conversation.say_lines(current.say)
                summary = fill(current.summary, memory.values()) if current.summary else None
                await conversation.hand_over(conversation.handoff_reason, current.handoff, summary)
            case steps.HangUp():
                await conversation.say_lines(current.hang_up)
                raise Ended(Goodbye("done"))
            case steps.Set():
                for name, value in current.set.items():
                    memory.put(name, _set_value(value, memory.values()), self.flow.flow)
            case steps.Callback():
                values = memory.values()
                number = fill_data(current.callback, values)
                conversation.record(CallbackBooked(fill(current.at, values), number, _due(current.at, values)))
            case steps.Leave():
                values = memory.values()
                number = str(fill_data(current.number, values) or "")
                conversation.record(MessageLeft(number, fill(current.leave, values)))
            case steps.Consent():
                conversation.record(ConsentGiven(fill(current.consent, memory.values())))
            case steps.Recording():
                if current.recording == "pause" and conversation.off_record is None:
                    conversation.off_record = self
                    conversation.line.keep(recording=False)
                elif current.recording == "resume" and conversation.off_record is not None:
                    self._record_again()
            case steps.Repeat():
                await conversation.repeat(slower=current.repeat == "slower")
            case steps.Restart():
                raise RestartCall
            case steps.Forget():
                memory.forget(_names(current.forget))
            case steps.Go():
                pass

    def _record_again(self) -> None:
        self._conversation.off_record = None
        self._conversation.line.keep(recording=True)

    async def _call(self, call: steps.Call) -> None:
        conversation, memory = self._conversation, self._conversation.memory
        values = memory.values()
        may_repeat = call.safe or call.method in ("GET", "PUT", "DELETE")
        asking = asyncio.ensure_future(
            conversation.mind.services.call(
                call.call,
                call.method,
                fill_path(call.path, values),
                query=fill_data(call.query, values),
                body=fill_data(call.body, values),
                timeout_ms=call.timeout_ms,
                tries=1 + (call.retry if may_repeat else 0),
            )
        )
        try:
            await asyncio.wait([asking], timeout=MEANWHILE_MS / 1000)
            if not asking.done():
                if call.meanwhile:
                    await conversation.say_lines(call.meanwhile)
                else:
                    await conversation.say_own("hold_on")
            reply = await asking
        finally:
            asking.cancel()
        conversation.record(ServiceCalled(call.call, reply.ms, reply.status))
        if call.method != "GET" and reply.status not in ("unreachable", "bad_url"):
            self.has_acted = self.has_acted or not reply.is_answer or int(reply.status) < 400
        await self._replied(call, reply)

    async def _replied(self, call: steps.Call, reply: Reply) -> None:
        conversation, memory = self._conversation, self._conversation.memory
        what = str(reply.status)
        if reply.is_answer and int(reply.status) < 300:
            if _says_something(reply.data, call.save.values()):
                for name, where in call.save.items():
                    memory.put(name, _typed(picked(reply.data, where)), self.flow.flow)
                return
            what = f"{reply.status} without {', '.join(call.save.values())}"
        if isinstance(reply.status, int) and reply.status in call.answers:
            for name, where in call.save.items():  # a no has its reasons, and free times
                if (value := picked(reply.data, where)) is not None:
                    memory.put(name, _typed(value), self.flow.flow)
            await self._follow(call.answers[reply.status])
            return
        conversation.fault("service", f"{call.call} {call.method} {call.path}: {what}", "said so to the caller")
        if call.failure:
            await self._follow(call.failure)
            return
        await conversation.say_own("service_failure")
        raise LeaveFlow(is_wish=False)

    async def _send(self, message: steps.Message) -> None:
        conversation, values = self._conversation, self._conversation.memory.values()
        service = conversation.mind.scenario.messages
        if service is None:
            raise TemplateInvalid("no message service: name one in scenario.yaml under messages")
        to = str(fill_data(message.to, values))
        body = {"to": to, "text": fill(message.message, values), "kind": message.kind}
        reply = await conversation.mind.services.call(service.service, "POST", service.path, body=body)
        conversation.record(ServiceCalled(service.service, reply.ms, reply.status))
        if reply.is_answer and int(reply.status) < 300:
            self.has_acted = True
            conversation.record(MessageSent(to, message.kind))
            return
        conversation.fault(
            "service", f"{service.service} POST {service.path}: {reply.status}", "went on without the message"
        )
        if message.failure:
            await self._follow(message.failure)


def _due(at: str, values: Values) -> str:
    """When that is, for whoever dials; empty where the text names no day with an hour."""
    try:
        return datetime.fromisoformat(str(fill_data(at, values))).isoformat(timespec="minutes")
    except ValueError:
        return ""


def _position(flow_steps: Sequence[Step], signal: Exception, is_target: Any) -> int:
    """Where the way goes on in this list; the signal goes on to the list around it where it does not."""
    for number, step in enumerate(flow_steps):
        if is_target(step):
            return number
    raise signal


def _all_steps(flow_steps: Sequence[Step]) -> list[Step]:
    return [
        found
        for step in flow_steps
        for found in (step, *(inner for inside in steps.lists_of(step) for inner in _all_steps(inside)))
    ]


def _asked_in(flow_steps: Sequence[Step]) -> list[str]:
    asking = (step for step in _all_steps(flow_steps) if isinstance(step, steps.Ask))
    return [slot for step in asking for slot in _names(step.ask)]


def _names(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _node(current: Step) -> str:
    """A step's name in the log: its id, or its kind and what it is about."""
    if current.id:
        return current.id
    kind = steps.kind_of(current)
    about = getattr(current, kind)
    return f"{kind} {about}" if isinstance(about, str) and kind in ("ask", "call", "link", "handoff", "go") else kind


def _set_value(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str) and re.fullmatch(r"\{[^{}]+\}", value):
        return evaluate(value[1:-1], values)
    return fill_data(value, values)


def _says_something(data: Any, wanted: Collection[str]) -> bool:
    """Whether a good answer has any of what is taken from it, if only a null; or is empty, as it may be."""
    if data is None or not wanted:
        return True
    firsts = [where.partition(".")[0] for where in wanted]  # "" is of ".", the whole
    return any(
        not first or (first in data if isinstance(data, dict) else picked(data, first) is not None) for first in firsts
    )


def _typed(value: Any) -> Any:
    """Dates and times of web services become such, so that they are read as people say them."""
    match value:
        case list():
            return [_typed(item) for item in value]
        case str() if _ISO_DATE.fullmatch(value) or _ISO_TIME.fullmatch(value):
            try:
                return time.fromisoformat(value) if ":" in value else date.fromisoformat(value)
            except ValueError:
                return value
    return value
