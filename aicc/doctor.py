"""``aicc doctor``: what is here, what is missing, and what to do next.

Nothing it looks at can bring it down: libraries, devices and models are tried in processes of their own.
"""

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aicc.errors import AiccError
from aicc.models import disk
from aicc.models.registry import Registry, installed
from aicc.probe import ask
from aicc.settings import Settings

Verdict = Literal["ok", "missing", "broken", "note"]

LITTLE_ROOM_BYTES = 2 * 10**9
HUMAN_CALLERS = "zipformer-ko-streaming"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``remedy`` is what to do about it; ``is_vital``: without it the product cannot talk."""

    area: Literal["settings", "libraries", "device", "models", "talking", "system", "disk"]
    name: str
    verdict: Verdict
    found: str
    remedy: str = ""
    is_vital: bool = False

    @property
    def silences(self) -> bool:
        """Whether the product cannot talk because of this."""
        return self.is_vital and self.verdict in ("missing", "broken")


@dataclass(frozen=True, slots=True)
class Report:
    """All that was looked at, in the order in which it is read."""

    checks: tuple[Check, ...]

    @property
    def can_talk(self) -> bool:
        return not any(check.silences for check in self.checks)

    @property
    def next_steps(self) -> list[str]:
        """What to do, each once; first what it takes to talk, last what is only advice."""
        ordered = sorted(self.checks, key=lambda check: (not check.silences, check.verdict == "note"))
        return list(dict.fromkeys(check.remedy for check in ordered if check.remedy and check.verdict != "ok"))


@dataclass(frozen=True, slots=True)
class Library:
    """A Python library: the package to install, the module to import, and what it is for."""

    package: str
    module: str
    purpose: str
    is_optional: bool = False


LIBRARIES = (
    Library("numpy", "numpy", "sound and features"),
    Library("soxr", "soxr", "resampling"),
    Library("soundfile", "soundfile", "WAV and FLAC"),
    Library("onnxruntime", "onnxruntime", "the bundled recognizer, speech detection"),
    Library("kiwipiepy", "kiwipiepy", "Korean morphology"),
    Library("webrtcvad-wheels", "webrtcvad", "speech or not, the cheap first look"),
    Library("espeakng-loader", "espeakng_loader", "the default voice"),
    Library("sherpa-onnx", "sherpa_onnx", "recognizer and voice sherpa:NAME"),
    Library("faster-whisper", "faster_whisper", "recognizer whisper:NAME"),
    Library("vosk", "vosk", "recognizer vosk:NAME"),
    Library("piper-tts", "piper", "voice piper:NAME"),
    Library("torch", "torch", "training, speaker verification", is_optional=True),
    Library("speechbrain", "speechbrain", "speaker verification", is_optional=True),
)


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """A program of the operating system that an option needs."""

    program: str
    package: str
    purpose: str


SYSTEM_PACKAGES = (
    SystemPackage("redis-server", "redis-server", "event log in Redis Streams"),
    SystemPackage("psql", "postgresql", "records in PostgreSQL"),
    SystemPackage("kamailio", "kamailio", "SIP spread over several machines"),
    SystemPackage("turnserver", "coturn", "WebRTC through strict firewalls"),
    SystemPackage("sipp", "sip-tester", "SIP load tests"),
    SystemPackage("chromium", "chromium", "tests of the pages"),
)


def examine(settings: Settings | AiccError) -> Report:
    """Looks at everything; settings that could not be read are themselves a finding, and defaults stand in."""
    checks = []
    if isinstance(settings, AiccError):
        checks.append(Check("settings", "aicc.yaml", "broken", str(settings), f"mend the settings: {settings}", True))
        settings = Settings.load_defaults()
    checks += [
        *libraries(),
        _device(settings),
        *_models(settings),
        _recognizer(settings),
        _voice(settings),
        *_system(),
        _disk(settings),
    ]
    return Report(tuple(checks))


def libraries() -> Iterator[Check]:
    """Every library of ``LIBRARIES``: its version and whether it imports, or how to get it."""
    yield Check("libraries", "python", "ok", platform.python_version())
    versions = {library: _version(library.package) for library in LIBRARIES}
    present = [library for library, version in versions.items() if version]
    troubles = _import_troubles([library.module for library in present])
    for library, version in versions.items():
        install = f"pip install {library.package}"
        found = f"{version or 'not installed'}, for {library.purpose}"
        if version is None:
            verdict: Verdict = "note" if library.is_optional else "missing"
            yield Check("libraries", library.package, verdict, found, "" if library.is_optional else install)
        elif trouble := troubles[library.module]:
            again = f"pip install --force-reinstall {library.package}"
            found = f"{version} does not import ({trouble}), for {library.purpose}"
            yield Check("libraries", library.package, "note" if library.is_optional else "broken", found, again)
        else:
            yield Check("libraries", library.package, "ok", found)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except Exception:  # the metadata of a broken installation can be broken in any way
        return None


def _import_troubles(modules: list[str]) -> dict[str, str | None]:
    """What is wrong with each; a child that dies is at fault for the module it was at, the next one goes on."""
    troubles: dict[str, str | None] = {}
    while waiting := [module for module in modules if module not in troubles]:
        reply = ask("libraries", *waiting)
        troubles |= {said["module"]: said["error"] for said in reply.said}
        if unanswered := [module for module in waiting if module not in troubles]:
            troubles[unanswered[0]] = reply.death or "no answer"
    return troubles


def _device(settings: Settings) -> Check:
    reply = ask("device", settings.device)
    if not reply.said:
        trouble = reply.death or "no answer"
        return Check("device", settings.device, "broken", trouble, "write device: cpu into aicc.yaml")
    found = reply.said[0]
    return Check("device", found["kind"], "ok", f"{found['name']}, {found['cores']} cores")


def _models(settings: Settings) -> Iterator[Check]:
    here = installed(settings.models)
    for model in here:
        if model.missing:
            again = f"aicc models pull {model.name} --again"
            yield Check("models", model.name, "broken", f"lacks {', '.join(model.missing[:3])}", again)
        else:
            sums = "checksums verified" if model.verified else "unverified"
            yield Check("models", model.name, "ok", f"{model.engine}, {disk.size(model.size_bytes)}, {sums}")
    if not here:
        yield Check("models", "models/", "note", f'none in "{settings.models}": what comes with the product is used')
    try:
        Registry.load(settings.registry)
    except AiccError as error:
        yield Check("models", "registry", "broken", str(error), 'check "registry:" in aicc.yaml')


def _recognizer(settings: Settings) -> Check:
    reply = ask("recognizer", settings.recognizer, str(settings.models), settings.device)
    if not reply.said or not reply.said[0]["heard"]:
        trouble = reply.death or "it loads and gives no result"
        return _silent("recognizer", settings.recognizer, trouble)
    found = f"{settings.recognizer} listens, {reply.said[0]['rate_hz']:,} Hz"
    if settings.recognizer == "bundled":
        advice = (
            f'for human callers: "aicc models pull {HUMAN_CALLERS}", then recognizer: sherpa:{HUMAN_CALLERS} '
            "in aicc.yaml (the bundled recognizer has learned from synthetic voices)"
        )
        return Check("talking", "recognizer", "note", found, advice, is_vital=True)
    return Check("talking", "recognizer", "ok", found, is_vital=True)


def _voice(settings: Settings) -> Check:
    reply = ask("voice", settings.voice, str(settings.models))
    if not reply.said or not reply.said[0]["spoken_ms"]:
        trouble = reply.death or "it loads and says nothing"
        return _silent("voice", settings.voice, trouble)
    return Check("talking", "voice", "ok", f"{settings.voice} speaks, {reply.said[0]['rate_hz']:,} Hz", is_vital=True)


def _silent(part: str, choice: str, trouble: str) -> Check:
    """A recognizer or voice that does not work; what comes with the product is the way out of a choice."""
    default = Settings.model_fields[part].default
    way_out = trouble if choice == default else f"{trouble}; or write {part}: {default} into aicc.yaml"
    return Check("talking", part, "broken", f"{choice}: {trouble}", way_out, is_vital=True)


def _system() -> Iterator[Check]:
    for package in SYSTEM_PACKAGES:
        is_here = shutil.which(package.program, path=_system_path()) is not None
        state = "installed" if is_here else f"not installed (apt-get install {package.package})"
        yield Check("system", package.package, "ok" if is_here else "note", f"{state}, for {package.purpose}")


def _system_path() -> str:
    """Where programs are, servers included: their folders are often missing from a user's PATH."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/sbin"])


def _disk(settings: Settings) -> Check:
    free = disk.free_bytes(settings.models)
    found = f'{disk.size(free)} free for "{settings.models}"'
    if free < LITTLE_ROOM_BYTES:
        return Check("disk", "models", "note", found, f"make room: {found}, recordings and models need more")
    return Check("disk", "models", "ok", found)
