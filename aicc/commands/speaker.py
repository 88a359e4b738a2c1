"""``aicc speaker enroll | verify | forget | list | eval``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assist.speaker.model import SpeakerModel
    from assist.speaker.rules import SpeakerRules
    from assist.speaker.vault import Vault
    from voicebot.audio import Samples

speaker = typer.Typer(help="Customers who are known by their voice.", no_args_is_help=True)

Customer = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The telephone number, or another name.")]
Channel = Annotated[
    int | None, typer.Option(min=0, help="Of a stereo file: 0 left (in recordings the caller), 1 right; else mixed.")
]


@speaker.command()
@answers
def enroll(
    context: typer.Context,
    customer: Customer,
    sounds: Annotated[list[Path], typer.Argument(metavar="SOUND...", help="Each of a call: WAV, FLAC, OGG or MP3.")],
    consent: Annotated[bool, typer.Option("--consent", help="The customer has agreed to be known by voice.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="In place of what was enrolled before.")] = False,
    channel: Channel = None,
) -> Answer:
    """Learn a customer's voice from the sounds of some calls; without consent nothing is kept."""
    import hashlib
    from datetime import UTC, datetime

    from aicc.errors import AiccError
    from assist.speaker.enrolment import Enrolment
    from assist.speaker.refusal import Refused
    from assist.speaker.voiceprint import customer_name

    rules, vault = _rules_and_vault(context)
    name = customer_name(customer)
    vault.check_key()
    if vault.consented_at(name) is None and not consent:
        raise AiccError(f"{name} has not agreed to be known by voice: ask, and say --consent")
    read = [(path, *_read(path, channel)) for path in sounds]
    model = _model(context, rules)
    if consent:
        vault.give_consent(name, datetime.now(UTC))
    enrolment = Enrolment(model, vault, rules.false_accept_rate)
    refused = []
    for path, samples, rate_hz in read:
        call_id = f"file:{hashlib.sha256(samples.tobytes()).hexdigest()[:16]}"
        try:
            enrolment.add(name, call_id, model.speech_in(samples, rate_hz), anew)
            anew = False
        except Refused as why:
            refused.append({"path": str(path), "refused": why.reason, "why": str(why)})
    voiceprint = vault.find(name)
    calls, speech_ms = (len(voiceprint.calls), voiceprint.speech_ms) if voiceprint else (0, 0)
    error = "; ".join(f"{one['path']}: {one['why']}" for one in refused) or None
    shown = f"{name}: {calls} calls, {speech_ms / 1000:.1f} s of speech"
    return Answer({"customer": name, "calls": calls, "speech_ms": speech_ms, "refused": refused}, shown, error)


@speaker.command()
@answers
def verify(context: typer.Context, customer: Customer, sound: Path, channel: Channel = None) -> Answer:
    """Whether it is the customer who speaks in SOUND."""
    from aicc.errors import AiccError
    from assist.speaker.enrolment import check_comparable
    from assist.speaker.refusal import Refused
    from assist.speaker.voiceprint import customer_name

    rules, vault = _rules_and_vault(context)
    name = customer_name(customer)
    known = vault.find(name)
    if known is None:
        raise AiccError(f'nobody is enrolled as {name}: "aicc speaker enroll {name} SOUND... --consent" does it')
    samples, rate_hz = _read(sound, channel)
    model = _model(context, rules)
    check_comparable(known, model)
    speech = model.speech_in(samples, rate_hz)
    data: dict[str, object] = {"customer": name, "speech_ms": speech.net_ms, "refused": ""}
    try:
        utterance = model.utterance(speech)
    except Refused as why:
        return Answer(data | {"accepted": False, "refused": why.reason}, error=f"{sound}: {why}")
    score = model.scoring.score(known.embedding, utterance.embedding)
    threshold = model.scoring.threshold(rules.false_accept_rate)
    data |= {"accepted": score >= threshold, "score": round(score, 3), "threshold": round(threshold, 3)}
    verdict = f"the voice of {name}" if score >= threshold else f"not the voice of {name}"
    return Answer(data, f"{verdict}: {score:.2f}, wanted {threshold:.2f}; {speech.net_ms / 1000:.1f} s of speech")


@speaker.command()
@answers
def forget(context: typer.Context, customer: Customer) -> Answer:
    """Delete a customer's voiceprint and consent."""
    from aicc.errors import AiccError
    from assist.speaker.voiceprint import customer_name

    _, vault = _rules_and_vault(context)
    name = customer_name(customer)
    if not vault.forget(name):
        raise AiccError(f'nothing is kept of the voice of {name}: see "aicc speaker list"')
    return Answer({"customer": name}, f"{name} is forgotten")


@speaker.command("list")
@answers
def list_voiceprints(context: typer.Context) -> Answer:
    """Who has agreed to be known by voice, and how much was enrolled."""
    _, vault = _rules_and_vault(context)
    rows = vault.all()
    data = [
        {
            "customer": row.customer,
            "consented_at": row.consented_at.isoformat(),
            "model": row.model,
            "calls": len(row.calls),
            "speech_ms": row.speech_ms,
        }
        for row in rows
    ]
    shown = [
        f"{row.customer}  agreed {row.consented_at:%Y-%m-%d}  {len(row.calls)} calls, {row.speech_ms / 1000:.1f} s  "
        f"{row.model or 'not enrolled yet'}"
        for row in rows
    ]
    return Answer({"voiceprints": data}, "\n".join(shown) or "nobody")


@speaker.command("eval")
@answers
def evaluate_speakers(
    context: typer.Context,
    trials: Annotated[Path, typer.Argument(metavar="TRIALS.tsv", help="label, path_a, path_b; label 1 = same voice.")],
    plot: Annotated[Path | None, typer.Option(metavar="OUT.svg", help="Draw the detection error tradeoff.")] = None,
    channel: Channel = None,
) -> Answer:
    """Equal error rate and detection cost over trials; each sound is taken whole, however short."""
    from aicc.errors import AiccError
    from aicc.settings import settings_of
    from assist.speaker.det_curve import draw
    from assist.speaker.trials import det_points, eer, min_dcf, read_trials

    try:
        listed = read_trials(trials)
        labels = [int(trial.is_same) for trial in listed]
        det_points(labels, labels)  # tells of a missing label now, not after an hour
    except ValueError as broken:
        raise AiccError(str(broken)) from None
    model = _model(context, settings_of(context).assist.speaker)
    paths = dict.fromkeys(path for trial in listed for path in (trial.path_a, trial.path_b))
    voices = {path: model.embedder.embed(*_read(path, channel)) for path in _watched(list(paths))}
    scores = [model.scoring.score(voices[trial.path_a], voices[trial.path_b]) for trial in listed]
    rate, cost = round(eer(scores, labels), 5), round(min_dcf(scores, labels), 5)
    if plot:
        draw(plot, *det_points(scores, labels), eer=rate)
    shown = f"{len(listed)} trials: EER {100 * rate:.2f} %, minDCF {cost:.3f}"
    return Answer({"n": len(listed), "eer": rate, "min_dcf": cost}, shown)


def _rules_and_vault(context: typer.Context) -> "tuple[SpeakerRules, Vault]":
    from aicc.settings import settings_of
    from assist.speaker.vault import Vault
    from voicebot.store import Store

    settings = settings_of(context)
    rules = settings.assist.speaker
    store = Store.open(settings.store or f"sqlite:///{settings.data / 'aicc.db'}")
    context.call_on_close(store.close)
    return rules, Vault.open(store.voiceprints, rules.key_from)


def _model(context: typer.Context, rules: "SpeakerRules") -> "SpeakerModel":
    from aicc.settings import settings_of
    from assist.speaker.opening import open_model
    from gpu.device import choose

    settings = settings_of(context)
    return open_model(rules.embedder, settings.models, choose(settings.device))


def _read(path: Path, channel: int | None) -> "tuple[Samples, int]":
    import numpy as np
    import soundfile

    from aicc.errors import AiccError
    from voicebot.audio import to_int16

    if not path.is_file():
        raise AiccError(f'no file "{path}": check the path')
    try:
        sound, rate_hz = soundfile.read(str(path), dtype="float32", always_2d=True)
    except soundfile.SoundFileError:
        raise AiccError(f"{path} is not audio that can be read: give WAV, FLAC, OGG or MP3") from None
    if not len(sound):
        raise AiccError(f"{path} holds no sound: record it again")
    if channel is not None and channel >= sound.shape[1]:
        raise AiccError(f"{path} has no channel {channel}: it has {sound.shape[1]}, counted from 0")
    mono = sound.mean(axis=1) if channel is None else sound[:, channel]
    return to_int16(np.nan_to_num(mono, posinf=1.0, neginf=-1.0) * 32_768), int(rate_hz)


def _watched(paths: list[Path]) -> "Iterable[Path]":
    """A bar on standard error, for people who watch."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(paths, "listening", console=console, transient=True, disable=not console.is_terminal)
