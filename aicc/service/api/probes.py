"""What operators and their machines read, on loopback only: is it alive, is it ready, how does it do."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from aicc.service.api.service import Service
from aicc.service.metrics import CONTENT_TYPE, Metrics


def probes(service: Service, metrics: Metrics) -> APIRouter:
    routes = APIRouter(tags=["operation"])

    @routes.get("/health")
    async def health() -> Response:
        """Answers as long as the loop turns: a service that does not answer should be started anew."""
        return _json(200, {"status": "ok", **service.status()})

    @routes.get("/ready", responses={503: {"description": "What stands in the way, in the form of any problem"}})
    async def ready() -> Response:
        """Whether calls are answered: 503 while starting and while going down, so that calls are sent elsewhere."""
        is_ready, problems = service.is_ready()
        if service.is_draining:
            return _json(503, {"error": "the service is going down", "cure": "send calls elsewhere"})
        if not is_ready:
            what = "; ".join(problems) or "the service is starting"
            return _json(503, {"error": what, "cure": "wait, or look into the log"})
        return _json(200, {"status": "ready", "problems": problems})

    @routes.get("/metrics")
    async def prometheus() -> Response:
        """Counts and times in Prometheus's text format."""
        return Response(await run_in_threadpool(metrics.text), media_type=CONTENT_TYPE)

    return routes


def _json(status: int, content: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(content, default=str), status, media_type="application/json")
