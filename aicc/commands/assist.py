"""``aicc assist replay``: the helpers over a stored call."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.settings import Settings
    from assist.replay import RecordedSound
    from voicebot.events import Event

assist = typer.Typer(help="What helps agents: over calls that are stored.", no_args_is_help=True)


@assist.command()
@answers
def replay(
    context: typer.Context,
    call: Annotated[str, typer.Argument(metavar="CALL", help="A call's id, its folder, or a journal.")],
    scenario: Annotated[Path | None, typer.Option(help="With another scenario than the settings name.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Of these helpers alone; can be repeated.")] = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what was not said then.")] = False,
) -> Answer:
    """What the helpers say to a call now: compare a change on yesterday's calls.

    Sound is taken from the recording, where there is one. Nothing is kept and nobody is enrolled.
    """
    from aicc.assist import open_company, open_verification
    from aicc.errors import AiccError
    from aicc.service.scenarios import sample_company
    from aicc.settings import settings_of
    from assist.replay import replay
    from kb.embedding import open_embedding
    from voicebot.dialogue.scenario.scenario_file import load_scenario
    from voicebot.events import fields_of, type_of
    from voicebot.journal import read_journal

    settings = settings_of(context)
    journal = _journal(call, settings.data)
    events = read_journal(journal)
    if not events:
        raise AiccError(f"{journal} holds no event of a call: name another")
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    loaded = load_scenario(scenario or settings.scenario or sample_company())
    speaker = open_verification(settings, settings.data, is_replay=True)
    services = open_company(loaded, settings, embedding, speaker)
    if unknown := set(only or ()) - services.keys():
        raise AiccError(f"no helper {sorted(unknown)[0]}: there are {', '.join(services)}")
    chosen = {name: service for name, service in services.items() if not only or name in only}
    said = list(replay(events, chosen, _sound(journal.parent, settings)))
    if changed:
        before = [_comparable(logged.event) for logged in events]
        said = [one for one in said if _comparable(one.event) not in before]
    lines = [f"{one.at_ms / 1000:8.2f} s  {one.name:<8} {type_of(one.event)}  {_shown(one.event)}" for one in said]
    told = [{"helper": one.name, "at_ms": one.at_ms, **fields_of(one.event)} for one in said]
    data = {"call": journal.parent.name, "events": len(events), "said": told}
    return Answer(data, "\n".join(lines) or "the helpers say nothing")


def _journal(call: str, data: Path) -> Path:
    from aicc.errors import AiccError
    from voicebot.journal import NAME

    for path in (Path(call), Path(call) / NAME, data / "calls" / call / NAME):
        if path.is_file():
            return path
    raise AiccError(f'no call "{call}" in {data}: give a call id, a folder of a call or its {NAME}')


def _sound(folder: Path, settings: "Settings") -> "RecordedSound | None":
    """The caller on the left, and what he heard on the right; None where nothing was recorded."""
    import soundfile

    from aicc.service.opening import recording_key
    from assist.replay import RecordedSound
    from voicebot.sealing import open_recording, sealed_in

    if (path := sealed_in(folder)) is None:
        return None
    with open_recording(path, recording_key(settings)) as file:
        samples, rate_hz = soundfile.read(file, dtype="int16", always_2d=True)
    return RecordedSound(samples[:, 0], samples[:, -1], rate_hz)


def _comparable(event: "Event") -> dict[str, object]:
    """Without what differs from one run to the next: how long it took, and where in the log its cause stands."""
    from voicebot.events import fields_of

    return {name: value for name, value in fields_of(event).items() if name not in ("ms", "cause")}


def _shown(event: "Event") -> str:
    from voicebot.events import (
        AddressNormalized,
        AlertRaised,
        EmotionRead,
        SpeakerChecked,
        Suggested,
        WrappedUp,
    )

    match event:
        case Suggested():
            titles = [f"{item['title']} {item['score']:.2f}" for item in event.items]
            phrases = [f"{phrase['kind']}: {phrase['rule']}" for phrase in event.phrases]
            reply = f"  → {event.reply}" if event.reply else ""
            return " | ".join([*titles, *event.questions, *phrases]) + reply
        case AddressNormalized():
            return " | ".join(f"{one['road']} ({one['postcode']})" for one in event.candidates)
        case SpeakerChecked():
            return event.refused or f"{event.customer}: {event.score:.2f}, wanted {event.threshold:.2f}"
        case EmotionRead():
            return f"{event.side} {event.label} {event.score:.2f}"
        case AlertRaised():
            return f"{event.side} {event.kind}: {event.text}"
        case WrappedUp():
            return f"{event.suggested_code} ({event.confidence:.2f}): {event.summary['issue']}"
    return ""
