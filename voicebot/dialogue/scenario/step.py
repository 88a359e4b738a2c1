"""The steps of a flow, as designers write them: each does one thing, named by its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag


class Written(BaseModel):
    """Whatever a designer writes: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Condition = Annotated[str, Field(description='An expression over the slots, such as 상태 == "배송중".', min_length=1)]
Text = Annotated[str, Field(description="What is said, as it is written; {슬롯} is filled in.", min_length=1)]


class Variant(Written):
    """One way to say it, for the calls in which ``when`` holds."""

    text: Text
    when: Condition | None = None


Lines = Annotated[
    Text | list[Text | Variant],
    Field(description="A sentence, or variants of it; those whose condition holds take turns."),
]


TO_THE_END = "end"
"""Where ``go`` leads that leaves the flow; no step is called so."""


class Step(Written):
    """What all steps share."""

    id: str | None = Field(default=None, description="A name for `go` to jump to; unique in the flow.")
    when: Condition | None = Field(default=None, description="The step is left out where this does not hold.")
    go: str | None = Field(
        default=None,
        description="The step to go on with, in this list or one around it; `end` leaves the flow there.",
    )


class Say(Step):
    """Says a sentence."""

    say: Lines
    interruptible: bool = Field(default=True, description="Whether the caller may cut in; false for legal notices.")
    forget: str | list[str] | None = Field(default=None, description="Slots to empty, so that they are asked again.")


class Ask(Step):
    """Asks for a slot, or several; those that are already known are not asked."""

    ask: str | list[str]


class Arm(Written):
    """One way to go: taken where ``when`` holds, or, without one, where no arm before it did."""

    when: Condition | None = None
    steps: list[AnyStep]


class Branch(Step):
    """Takes the first arm whose condition holds; goes on below where none does."""

    branch: list[Arm] = Field(min_length=1)


class Call(Step):
    """Calls a web service of ``scenario.yaml`` and keeps parts of its JSON answer."""

    call: str = Field(description="The service's name in scenario.yaml.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str = Field(description="Behind the service's url; what {슬롯} fills in is escaped.", pattern="^/")
    query: dict[str, Any] = {}
    body: dict[str, Any] | None = Field(default=None, description="Sent as JSON.")
    save: dict[str, str] = Field(
        default={}, description="Slot: where its value is in the answer, `order.items.0.name`."
    )
    timeout_ms: int | None = Field(
        default=None, ge=50, le=30_000, description="Of one try; the service's where left out."
    )
    retry: int = Field(
        default=1, ge=0, le=3, description="Further tries after a failure; a POST is only repeated if `safe`."
    )
    safe: bool = Field(default=False, description="Whether repeating a POST does no harm.")
    meanwhile: Lines | None = Field(default=None, description="Said if the answer takes longer than a pause.")
    answers: dict[int, list[AnyStep]] = Field(
        default={}, description="What to do on an HTTP status that is an answer: 404, 409."
    )
    failure: list[AnyStep] | None = Field(default=None, description="When the service is down, slow or talks nonsense.")


class Answer(Step):
    """Answers from the knowledge base."""

    answer: Text = Field(description="The question to answer; {발화} is what the caller said last.")
    missing: list[AnyStep] | None = Field(default=None, description="When nothing in the knowledge base answers it.")


class Link(Step):
    """Runs another flow and comes back here when it is through."""

    link: str


class Message(Step):
    """Sends a text message through the scenario's message service."""

    message: Text
    to: str = Field(description="The number, usually {전화번호}.")
    kind: str = "sms"
    failure: list[AnyStep] | None = None


class Handoff(Step):
    """Gives the call to a person; ends the flow."""

    handoff: str = Field(description="The skill that the agent needs.")
    say: Lines | None = None
    summary: Text | None = Field(default=None, description="For the agent; the slots are handed over anyway.")


class HangUp(Step):
    """Says goodbye and ends the call."""

    hang_up: Lines


class Set(Step):
    """Gives slots a value: templates, or numbers and truth values as they are."""

    set: dict[str, Any]


class Callback(Step):
    """Books a call back to the customer; a person or the bot dials when it is due."""

    callback: str = Field(description="The number, usually {전화번호}.")
    at: Text


class Leave(Step):
    """Leaves a message for the people at the desk."""

    leave: Text
    number: str = Field(default="", description="Where they reach the caller, usually {전화번호}.")


class Consent(Step):
    """Notes that the caller has agreed to something."""

    consent: Text


class Go(Step):
    """Only jumps."""

    go: str = Field(description="The step to go on with, in this list or one around it; `end` leaves the flow there.")


class Forget(Step):
    """Empties slots, so that they are asked again."""

    forget: str | list[str]


class Recording(Step):
    """Pauses the recording of the call, and resumes it; meanwhile neither sound nor words are kept, and slots are
    private.

    For card numbers and the like. It goes on by itself at the end of the flow that has paused it.
    """

    recording: Literal["pause", "resume"]


class Repeat(Step):
    """Says again what was said last; `slower` for those who could not follow."""

    repeat: Literal["last", "slower"]


class Restart(Step):
    """Forgets the conversation so far and begins anew."""

    restart: Literal["call"]


STEPS: tuple[tuple[str, type[Step]], ...] = (
    ("ask", Ask),
    ("branch", Branch),
    ("call", Call),
    ("answer", Answer),
    ("link", Link),
    ("message", Message),
    ("handoff", Handoff),
    ("hang_up", HangUp),
    ("set", Set),
    ("callback", Callback),
    ("leave", Leave),
    ("consent", Consent),
    ("recording", Recording),
    ("repeat", Repeat),
    ("restart", Restart),
    ("say", Say),  # a handoff says something too: behind it
    ("forget", Forget),
    ("go", Go),
)
"""A step is of the first kind whose key it has."""


def _kind(step: object) -> str | None:
    if isinstance(step, Step):
        return kind_of(step)
    if isinstance(step, dict):
        return next((key for key, _ in STEPS if key in step), None)
    return None


def kind_of(step: Step) -> str:
    """The key that names what the step does."""
    return next(key for key, kind in STEPS if type(step) is kind)


AnyStep = Annotated[
    Annotated[Ask, Tag("ask")]
    | Annotated[Branch, Tag("branch")]
    | Annotated[Call, Tag("call")]
    | Annotated[Answer, Tag("answer")]
    | Annotated[Link, Tag("link")]
    | Annotated[Message, Tag("message")]
    | Annotated[Handoff, Tag("handoff")]
    | Annotated[HangUp, Tag("hang_up")]
    | Annotated[Set, Tag("set")]
    | Annotated[Callback, Tag("callback")]
    | Annotated[Leave, Tag("leave")]
    | Annotated[Consent, Tag("consent")]
    | Annotated[Recording, Tag("recording")]
    | Annotated[Repeat, Tag("repeat")]
    | Annotated[Restart, Tag("restart")]
    | Annotated[Say, Tag("say")]
    | Annotated[Forget, Tag("forget")]
    | Annotated[Go, Tag("go")],
    Discriminator(
        _kind,
        custom_error_type="unknown_step",
        custom_error_message="no such step: a step has one of the keys " + ", ".join(key for key, _ in STEPS),
    ),
]


def lists_of(step: Step) -> list[Sequence[Step]]:
    """The lists of steps inside a step, in the order in which they are written."""
    match step:
        case Branch():
            return [arm.steps for arm in step.branch]
        case Call():
            return [*step.answers.values(), *([step.failure] if step.failure else [])]
        case Answer() if step.missing:
            return [step.missing]
        case Message() if step.failure:
            return [step.failure]
    return []


Arm.model_rebuild()
for _tagged in get_args(get_args(AnyStep)[0]):
    get_args(_tagged)[0].model_rebuild()
