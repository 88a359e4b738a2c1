"""The panel's page at ``/desk``, as the set-up has built it, and what it loads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from aicc.service.api.problem import Problem
from aicc.service.people import desk_policy
from assist.web import DIST

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "wav": "audio/wav",
}
FOR_EVER = "public, max-age=31536000, immutable"  # names change with what they hold
EMBED = "desk-embed.js"


def desk_pages(embed_origins: Sequence[str] = (), dist: Traversable = DIST) -> APIRouter:
    """Raises ValueError for what is no origin. Where there is no panel the page says how to come by one."""
    routes = APIRouter(include_in_schema=False)
    files = dict(_files(dist)) if dist.is_dir() else {}
    headers = {
        "content-security-policy": desk_policy(embed_origins),
        "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    }

    @routes.get("/desk")
    async def start() -> Response:
        return RedirectResponse("/desk/")

    @routes.get("/desk/{path:path}")
    async def page(path: str) -> Response:
        """A file, or for any place of the panel its one page, which knows the way."""
        name = path if "." in path.rpartition("/")[2] else "index.html"
        if "index.html" not in files:
            cure = 'run "make panel", which wants a network or Node 20, and start anew'
            raise Problem(503, "the panel is not built", cure)
        if (content := files.get(name)) is None:
            raise Problem(404, "no such file", "see /desk/")
        kept = {"cache-control": FOR_EVER} if name.startswith("assets/") else {"cache-control": "no-cache"}
        # the element's script is loaded by the company's own pages
        shared = {"cross-origin-resource-policy": "cross-origin"} if name == EMBED else {}
        return Response(content, headers=headers | kept | shared, media_type=MEDIA_TYPES[name.rpartition(".")[2]])

    return routes


def _files(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{above}{entry.name}/")
        elif entry.name.rpartition(".")[2] in MEDIA_TYPES:
            yield above + entry.name, entry.read_bytes()
