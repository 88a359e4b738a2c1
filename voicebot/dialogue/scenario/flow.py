"""What scenario designers write: a scenario and its flows, as pydantic reads them from YAML.

A scenario is a folder: ``scenario.yaml`` says what holds for every call, ``flows/*.yaml`` one flow each,
``tests/*.yaml`` the conversation tests. A flow is an outline of steps, read from top to bottom; a step does one thing,
named by its key::

    flow: 배송 조회
    about: 주문한 상품이 어디까지 왔는지 알려 드립니다
    examples: [내 택배 어디쯤 왔어요, 주문한 거 언제 와요]
    steps:
      - ask: 주문번호
      - call: 주문
        path: /orders/{주문번호}
        save: {상태: status, 도착일: arrives_on}
        answers:
          404: [{say: 그 번호로는 주문이 없네요., forget: 주문번호, go: 처음}]
      - say: 지금 {상태}(이에요/예요).

Texts are templates (``template.py``); conditions are expressions over the slots: ``상태 == "배송중" and 금액 > 30000``.
``scenario_file.py`` reads the files and knows the lines, ``lint.py`` judges what a schema cannot.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from voicebot.dialogue.scenario.slot_settings import SlotSettings
from voicebot.dialogue.scenario.step import AnyStep, Lines, Text, Written


class Flow(Written):
    """One thing that callers come for."""

    flow: str = Field(description="The flow's name, as designers, agents and the event log call it.", min_length=1)
    kind: Literal["main", "global", "repair", "desk"] = Field(
        default="main",
        description="main: offered to callers; global: reachable from anywhere, then back; "
        "repair: run by the engine in place of its own repair; "
        "desk: run when people give the caller to the bot, or are not there.",
    )
    repairs: (
        Literal["person", "repeat", "slower", "restart", "not_understood", "silence", "abuse", "no_answer"] | None
    ) = Field(default=None, description="Of a global or repair flow: what of the engine's own it takes the place of.")
    about: Text = Field(description="What the caller gets, in the words with which the bot offers it.")
    examples: list[Text] = Field(
        default=[], description="What callers say who want this; twenty in different words do well."
    )
    questions: list[str] = Field(
        default=[], description="Ids of knowledge base entries: who asks one of these is better served by this flow."
    )
    slots: dict[str, SlotSettings] = Field(default={})
    steps: list[AnyStep] = Field(min_length=1)

    @model_validator(mode="after")
    def _repair_says_which(self) -> Flow:
        if self.kind == "repair" and self.repairs is None:
            raise ValueError("a repair flow says with `repairs` what it takes the place of")
        if self.kind in ("main", "desk") and self.repairs is not None:
            raise ValueError(f"a {self.kind} flow takes the place of no repair: its kind is global or repair")
        if self.kind == "desk" and (self.examples or self.questions):
            raise ValueError("no caller asks for a desk flow: leave examples and questions out, or make it a main flow")
        return self


# ---- the scenario


class Service(Written):
    """A web service that flows call."""

    url: str = Field(description="http://HOST:PORT; the environment variable of `url_from` goes before it.")
    url_from: str | None = Field(default=None, description="An environment variable that holds the address.")
    headers: dict[str, str] = Field(default={}, description="Sent with each call; ${NAME} is an environment variable.")
    timeout_ms: int = Field(default=2_000, ge=50, le=30_000)
    start: list[str] | None = Field(
        default=None,
        description="The command that starts a sample of it, for `flow test`, `chat` and the demo; prints its address.",
    )
    reset: str | None = Field(default=None, description="Path to POST before each conversation test.")


class MessageService(Written):
    """Where text messages go: a POST of {to, text, kind}."""

    service: str
    path: str = Field(pattern="^/")


class MenuItem(Written):
    """What a key of the menu leads to."""

    flow: str = Field(min_length=1, description="The flow that the key begins.")
    label: str | None = Field(default=None, min_length=1, description="As the bot says it; else the flow's name.")


Key = Annotated[int, Field(ge=0, le=9)]


class Abuse(Written):
    """The company's rule for abusive callers."""

    warnings: int = Field(default=1, ge=0, le=3, description="How often the caller is warned before it is enough.")
    then: Literal["warn", "handoff", "hang_up"] = Field(
        default="hang_up",
        description="What comes behind the warnings. warn: another, every time; handoff: a person takes over; "
        "hang_up: the call is over.",
    )
    skill: str | None = Field(
        default=None,
        min_length=1,
        description="Whom `handoff` leads to: a supervisor's; else the scenario's.",
    )


class Limits(Written):
    """When the bot stops trying."""

    not_understood: int = Field(
        default=3, ge=1, le=5, description="In a row; then a person takes over. From 3 on the menu comes before."
    )
    silences: int = Field(default=3, ge=1, le=5, description="In a row; then the bot says goodbye.")
    silence_ms: int = Field(default=6_000, ge=2_000, le=30_000, description="Of a caller who was asked something.")
    answer_chars: int = Field(
        default=140, ge=60, le=400, description="What the ear can hold of an answer from the knowledge base."
    )


class Scenario(Written):
    """What holds for every call of a company."""

    scenario: str = Field(min_length=1, description="Its name, as the event log calls it.")
    company: str = Field(min_length=1, description="As the bot says it.")
    start: str = Field(description="The flow that begins a call from a caller.")
    outbound: str | None = Field(default=None, description="The flow that begins a call to a customer.")
    variables: list[str] = Field(default=[], description="What whoever places an outbound call brings along.")
    knowledge: list[str] = Field(default=[], description="Files with questions and answers, beside this file.")
    synonyms: str | None = None
    addresses: str | None = Field(default=None, description="A file of addresses in the official layout.")
    assist: str | None = Field(default=None, description="A folder with the rules of those who help agents.")
    services: dict[str, Service] = Field(default={})
    messages: MessageService | None = None
    slots: dict[str, SlotSettings] = Field(default={}, description="Slots that several flows ask for.")
    sentences: dict[str, Lines] = Field(
        default={}, description="The bot's own sentences in the company's words; see sentences.yaml."
    )
    menu: dict[Key, MenuItem] = Field(
        default={},
        min_length=2,
        max_length=9,
        description="For callers who are not understood: the telephone's keys, 0 to 9, and the flow of each. "
        "Else the engine makes one of the main flows, with a person on 0.",
    )
    abuse: Abuse = Abuse()
    limits: Limits = Limits()
    skill: str = Field(default="일반", description="The skill of handoffs that name none.")

    @model_validator(mode="after")
    def _known_sentences(self) -> Scenario:
        from voicebot.dialogue.sentences import SENTENCES

        if unknown := set(self.sentences) - set(SENTENCES):
            raise ValueError(
                f"no such sentences: {', '.join(sorted(unknown))}; there are {', '.join(sorted(SENTENCES))}"
            )
        return self
