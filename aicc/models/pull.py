"""``aicc models pull``: a model of the registry, downloaded into ``models/``."""

import logging
from collections.abc import Callable
from pathlib import Path

import httpx

from aicc.models import disk
from aicc.models.download import Download, Patience, Source
from aicc.models.registry import Model, ModelUnavailable, Record, engine_of, installed
from aicc.models.staging import Staging
from aicc.models.unpack import BadArchive, only_folder, unpack

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(20, read=60)

ModelProgress = Callable[[str, int, int | None], None]
"""Called with a file's name, the bytes of it that are here and those it will have, None where nobody knows."""


def pull(
    model: Model,
    models: Path,
    *,
    mirror: str | None = None,
    again: bool = False,
    patience: Patience = Patience(),  # noqa: B008 (frozen)
    progress: ModelProgress = lambda name, here, total: None,
) -> Record:
    """Installs ``model`` into the folder ``models``, going on where an earlier pull was interrupted.

    What is installed and whole is left alone, unless ``again``. ``mirror`` is an address that stands in for the
    publisher's. Raises one of this package's errors; ``models`` then holds what it held before.
    """
    staging = Staging(models, model.name)
    with disk.explained(models), staging.locked():
        if not again and (record := _already(model, models)):
            log.info("%s is installed", model.name)
            return record
        with httpx.Client(follow_redirects=True, timeout=TIMEOUT, headers={"User-Agent": "aicc"}) as client:
            sums = _download(model, staging, client, mirror, patience, progress)
        try:
            _build(model, staging)
        except BadArchive:
            staging.discard()  # where the registry knows no checksum, only now is it seen that the download is no good
            raise
        verified = all(file.sha256 for file in model.files)
        return staging.install(model.engine, verified, sums)


def _already(model: Model, models: Path) -> Record | None:
    whole = any(found.name == model.name and not found.missing for found in installed(models))
    return Record.read(models / model.name) if whole else None


def _download(
    model: Model,
    staging: Staging,
    client: httpx.Client,
    mirror: str | None,
    patience: Patience,
    progress: ModelProgress,
) -> dict[str, str]:
    """The SHA-256 of every file that becomes one of the model's, by path."""
    disk.require(max(0, (model.size_bytes or 0) - staging.downloaded_bytes()), staging.downloads)
    sums = {}
    for file in model.files:
        source = Source(model.address_of(file, mirror), file.size_bytes, file.sha256)

        def of_this_file(here: int, total: int | None, name: str = file.path) -> None:
            progress(name, here, total)

        sums[file.path] = Download(client, source, staging.downloads / file.path, patience, of_this_file).run()
    return sums


def _build(model: Model, staging: Staging) -> None:
    for file in model.files:
        download = staging.downloads / file.path
        if file.unpack:
            unpack(download, staging.unpacked)
            top = only_folder(staging.unpacked)
            if staging.model.exists():
                for path in top.iterdir():
                    path.rename(staging.model / path.name)
            else:
                top.rename(staging.model)
        else:
            place = staging.model / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            download.rename(place)
    if engine_of(staging.model) != model.engine:
        staging.discard()
        raise ModelUnavailable(f'"{model.name}" is not a {model.engine} model: ask for a newer registry')
