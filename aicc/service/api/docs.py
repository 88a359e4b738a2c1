"""``/docs`` without the internet: Swagger UI from the files that the package fastapi-swagger carries, not from a CDN.

Swagger UI is Apache-2.0, the package MIT; only its files are used.
"""

from __future__ import annotations

import functools
import importlib.resources

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>aicc: API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# A file of its own, so that the policy need not allow scripts inside the page. Keys stay in the page's memory.
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
"""

# Swagger UI sets styles on its elements and has its icons in data: URLs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


def docs() -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/docs")
    async def page() -> Response:
        return HTMLResponse(PAGE, headers={"content-security-policy": POLICY})

    @routes.get("/docs/start.js")
    async def start() -> Response:
        return Response(START, media_type="text/javascript")

    for name, media_type in MEDIA_TYPES.items():
        routes.add_api_route(f"/docs/{name}", functools.partial(_asset, name, media_type), methods=["GET"])
    return routes


def _asset(name: str, media_type: str) -> Response:
    """Runs in a thread: the largest is 1.7 MB."""
    return Response(_bytes_of(name), media_type=media_type, headers={"cache-control": "max-age=86400"})


@functools.lru_cache
def _bytes_of(name: str) -> bytes:
    return (importlib.resources.files("fastapi_swagger") / "resources" / name).read_bytes()
