"""``python -m aicc.bundle``: the product, its wheels and its models as one archive in ``build/``."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aicc.bundle import BundleFailed
from aicc.output import Answer, answers

if TYPE_CHECKING:
    from aicc.models.registry import Installed


@answers
def bundle(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the archive goes.")] = Path(
        "build"
    ),
    model: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A pulled model to pack; all of them where left out.")
    ] = None,
    without_models: Annotated[bool, typer.Option("--without-models", help="Pack none that was pulled.")] = False,
    config: Annotated[
        Path | None, typer.Option(envvar="AICC_CONFIG", metavar="FILE", help="Settings that say where models lie.")
    ] = None,
) -> Answer:
    """Pack the product into one archive that installs without any network (docs/closed-networks.md).

    Run in the folder of the product's sources, after "make install".
    """
    from aicc.bundle.archive import pack
    from aicc.bundle.packing import lay_out
    from aicc.models.disk import size
    from aicc.models.registry import Registry, installed
    from aicc.settings import Settings

    settings = Settings.load(config)
    whole = [one for one in installed(settings.models) if not one.missing]
    chosen = [] if without_models else _chosen(whole, model)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=output) as scratch:
        print("wheels are collected ...", file=sys.stderr)
        folder, target = lay_out(Path.cwd(), Path(scratch), chosen, Registry.load(settings.registry))
        parts = {path.name: _size_bytes(path) for path in sorted(folder.iterdir()) if path.is_dir()}
        print(f"{target.name} is packed ...", file=sys.stderr)
        archive = output / f"{target.name}.tar.gz"
        half = Path(scratch) / archive.name
        sha256 = pack(folder, half)
        half.replace(archive)
        half.with_name(f"{half.name}.sha256").replace(output / f"{archive.name}.sha256")
    size_bytes = archive.stat().st_size
    told = ", ".join(f"{name} {size(part)}" for name, part in parts.items())
    names = ", ".join(one.name for one in chosen) or "none but the product's own"
    shown = (
        f"{archive}: {size(size_bytes)} ({told})\nsha256 {sha256}\nmodels: {names}\n"
        f"for Python {target.python} on {target.platform}, glibc {target.glibc[0]}.{target.glibc[1]} or newer"
    )
    data = {
        "archive": archive,
        "sha256": sha256,
        "size_bytes": size_bytes,
        "parts_bytes": parts,
        "models": [one.name for one in chosen],
    }
    return Answer(data, shown)


def _chosen(whole: "list[Installed]", names: list[str] | None) -> "list[Installed]":
    missing = [name for name in names or [] if name not in {one.name for one in whole}]
    if missing:
        raise BundleFailed(f'no model "{missing[0]}" is installed here: run "aicc models pull {missing[0]}"')
    return [one for one in whole if names is None or one.name in names]


def _size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    typer.run(bundle)
