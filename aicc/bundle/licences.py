"""The licence list of a bundle: what is packed, and under which terms; what is GPL is named as such."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aicc.bundle.wheels import Wheel

# What wheels carry besides their own code and do not tell in their metadata: found by looking into them.
_CARRIED = {
    "espeakng-loader": "carries espeak-ng and its data: GPL-3.0-or-later",
    "piper-tts": "carries espeak-ng and its data: GPL-3.0-or-later",
    "av": "carries FFmpeg: LGPL-3.0-or-later, linked with x264 and x265: GPL-2.0-or-later",
    "soundfile": "carries libsndfile: LGPL-2.1-or-later",
    "psycopg-binary": "carries libpq: PostgreSQL, OpenSSL: Apache-2.0, OpenLDAP: OLDAP-2.8, Kerberos: MIT",
}
_COPYLEFT = re.compile(r"\b[AL]?GPL|GNU .*General Public", re.IGNORECASE)
_NOT_SAID = {"", "unknown"}


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is packed; ``carried`` is what lies in it under other terms."""

    name: str
    version: str
    licence: str
    carried: str = ""

    @property
    def is_copyleft(self) -> bool:
        """Whether GPL, LGPL or AGPL is among its terms."""
        return bool(_COPYLEFT.search(f"{self.licence} {self.carried}"))


def parts_of_wheels(wheels: Iterable[Wheel]) -> list[Part]:
    return [Part(wheel.name, wheel.version, licence_of(wheel), _carried(wheel.name)) for wheel in wheels]


def _carried(name: str) -> str:
    """The name of a package may be written in several ways (PEP 503)."""
    return _CARRIED.get(re.sub(r"[-_.]+", "-", name).lower(), "")


def licence_of(wheel: Wheel) -> str:
    """In a few words: the expression (PEP 639), else the classifiers, else the first line of the old field."""
    told = wheel.metadata
    if expression := told["License-Expression"]:
        return str(expression)
    classifiers = [str(line) for line in told.get_all("Classifier", []) if str(line).startswith("License ::")]
    names = [line.rpartition(" :: ")[2] for line in classifiers if not line.endswith("OSI Approved")]
    if names:
        return ", ".join(names)
    lines = str(told["License"] or "").strip().splitlines()
    first = lines[0].strip() if lines else ""
    return "not stated in its metadata" if first.lower() in _NOT_SAID else first


def parts_of_panel(web: Path) -> list[Part]:
    """What npm has built into the panel; tools of the build are not in it."""
    packages = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return [
        Part(path.rpartition("node_modules/")[2], str(package["version"]), str(package.get("license", "not stated")))
        for path, package in sorted(packages.items())
        if path and not package.get("dev")
    ]


def licence_list(product: str, wheels: list[Part], panel: list[Part], models: list[Part]) -> str:
    """Markdown, of ``product`` with its version."""
    copyleft = [part for part in (*wheels, *panel, *models) if part.is_copyleft]
    sections = [
        f"# What {product} is packed with\n\n"
        "Generated from the metadata of what lies in this bundle. The text of a licence is where a wheel has put it,\n"
        "in `.dist-info`.\n",
        "## GPL, LGPL, AGPL\n\n"
        "Loaded at run time, each replaceable. Whoever passes the bundle on passes these on too, with their terms.\n\n"
        + "".join(_lines(copyleft)),
        "## Wheels\n\n" + "".join(_lines(wheels)),
        "## In the panel\n\n" + "".join(_lines(panel)),
        "## Models\n\n"
        "Those inside the product were trained by it, Apache-2.0, but for Silero VAD, MIT (voicebot/vad/NOTICE.txt).\n"
        + ("\n" + "".join(_lines(models)) if models else ""),
    ]
    return "\n".join(sections)


def _lines(parts: Iterable[Part]) -> Iterator[str]:
    yield "| what | version | licence |\n|---|---|---|\n"
    for part in parts:
        carried = f"; {part.carried}" if part.carried else ""
        yield f"| {part.name} | {part.version} | {part.licence}{carried} |\n".replace("\\", "")
