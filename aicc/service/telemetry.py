"""Telemetry for a site's own collector, by setting; without the setting nothing of OpenTelemetry is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aicc.service.traces import Traces

EXPORT_LIMIT_S = 5.0


def open_telemetry(otlp_endpoint: str | None) -> Traces | None:
    """Traces to the collector at ``otlp_endpoint``, OTLP over gRPC: ``http://HOST:4317``, or ``https://`` for TLS.

    None without one. A collector that is away is no error: it may come back. The first time takes some 200 ms: before
    there are calls.
    """
    if otlp_endpoint is None:
        return None
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    from aicc.service.traces import Traces

    is_plain = otlp_endpoint.startswith("http://")
    return Traces(OTLPSpanExporter(otlp_endpoint, insecure=is_plain, timeout=EXPORT_LIMIT_S))
