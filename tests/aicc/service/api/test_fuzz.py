"""Whatever comes in, by the API's own description of itself or against it: an answer of the kind it promises."""

import asyncio
import json
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import jsonschema
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.aicc.service.api.conftest import Client
from tests.fakes.service import FakeService
from voicebot.log import EventLog
from voicebot.store import Store

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
ODD = st.sampled_from(
    ["", "0", "-1", "9" * 40, "null", "\0", "../..", "%2e%2e%2f", "' OR 1=1 --", "%", "_", "🙂", "가"]
)


def like(schema: dict[str, Any], described: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a schema of this API, as far as it says what it wants."""
    if "$ref" in schema:
        return like(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described)
    if "anyOf" in schema:
        return st.one_of([like(one, described) for one in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    match schema.get("type"):
        case "integer":
            return st.integers(schema.get("minimum", -(2**70)), schema.get("maximum", 2**70))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string" if schema.get("format") == "date-time":
            return st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 50), 50))
        case "object" if "properties" in schema:
            wanted = set(schema.get("required", ()))
            parts = {name: like(one, described) for name, one in schema["properties"].items()}
            return st.fixed_dictionaries(
                {name: part for name, part in parts.items() if name in wanted},
                optional={name: part for name, part in parts.items() if name not in wanted},
            )
        case "object":
            return st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=3)
    return JSON


def requests_of(app: FastAPI, known: list[str]) -> st.SearchStrategy[tuple[str, str, dict[str, str], bytes | None]]:
    """Of any operation: method, path, query and body, each as described or not."""
    described = app.openapi()

    def of(method: str, path: str, operation: dict[str, Any]) -> st.SearchStrategy[Any]:
        parameters = operation.get("parameters", [])
        in_path = {
            one["name"]: st.sampled_from(known) | like(one["schema"], described) | ODD | st.text(max_size=50)
            for one in parameters
            if one["in"] == "path"
        }
        in_query = {
            one["name"]: (like(one["schema"], described) | ODD | st.text(max_size=50)).map(
                lambda value: "" if value is None else str(value)
            )
            for one in parameters
            if one["in"] == "query"
        }
        body: st.SearchStrategy[bytes | None] = st.none()
        if "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            body = (like(schema, described) | JSON).map(lambda value: json.dumps(value).encode()) | st.binary()
        paths = st.fixed_dictionaries(in_path).map(
            lambda values: path.format_map({name: quote(str(value), safe="") for name, value in values.items()})
        )
        queries = st.fixed_dictionaries({}, optional=in_query)
        return st.tuples(st.just(method.upper()), paths, queries, body)

    operations = [
        of(method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if (method, path) != ("delete", "/api/keys/{key_id}")  # it would find the only key there is
    ]
    return st.one_of(operations)


@pytest.mark.slow
def test_no_request_breaks_the_api(app: FastAPI, client: Client, service: FakeService, store: Store) -> None:
    running, over = service.begin(), service.begin()
    log: EventLog = service.end(over)
    store.write(log.read())
    described = app.openapi()

    def fits(answer: httpx.Response, method: str, path: str) -> None:
        assert answer.status_code < 500 or answer.status_code == 503, (method, path)
        if answer.status_code >= 400:
            told = answer.json()
            assert set(told) == {"error", "cure"}
            assert all(isinstance(text, str) and text and "\n" not in text for text in told.values())
            return
        for template, methods in described["paths"].items():
            if "{" not in template and template == path and method.lower() in methods:
                content = methods[method.lower()]["responses"].get(str(answer.status_code), {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                if schema:
                    jsonschema.validate(answer.json(), schema | {"components": described["components"]})

    @given(requests_of(app, [running, over]))
    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
    def holds(request: tuple[str, str, dict[str, str], bytes | None]) -> None:
        method, path, query, body = request

        async def ask() -> httpx.Response:
            async with client() as known:
                headers = {"content-type": "application/json"} if body is not None else {}
                return await known.request(method, f"{path}?{urlencode(query)}", content=body, headers=headers)

        fits(asyncio.run(ask()), method, path)

    holds()
    statuses = {call.state for call in store.calls()}
    assert statuses <= {"running", "ended"}
