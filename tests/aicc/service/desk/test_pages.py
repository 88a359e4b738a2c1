"""The panel's page: what is built is served as it is, and nothing else of the machine."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from aicc.service.api.problem import tell_problems
from aicc.service.desk.pages import EMBED, MEDIA_TYPES, desk_pages

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><div id=root></div>")
    (built / "assets" / "main-1a2b.js").write_text("console.log(1)")
    (built / EMBED).write_text("customElements.define('a-b', class {})")
    (built / "leaflet.map").write_text("{}")
    (tmp_path / "secret.html").write_text("not for anybody")
    return built


def browser(dist: Path, *embed_origins: str) -> httpx.AsyncClient:
    app = FastAPI()
    tell_problems(app)
    app.include_router(desk_pages(embed_origins, dist))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://aicc")


async def test_every_place_of_the_panel_is_its_one_page(dist: Path) -> None:
    async with browser(dist) as client:
        assert (await client.get("/desk")).headers["location"] == "/desk/"
        for path in ("/desk/", "/desk/calls/01a205d4-dee9-7131-aa14-dc3947899591", "/desk/wall", "/desk/index.html"):
            page = await client.get(path)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8"), path
            assert page.headers["cache-control"] == "no-cache"
            assert "default-src" in page.headers["content-security-policy"]
            assert page.headers["permissions-policy"].startswith("microphone=(self)")


async def test_what_its_name_says_is_kept_for_ever(dist: Path) -> None:
    async with browser(dist) as client:
        script = await client.get("/desk/assets/main-1a2b.js")
        assert script.text == "console.log(1)"
        assert script.headers["content-type"].startswith("text/javascript")
        assert "immutable" in script.headers["cache-control"]
        assert "cross-origin-resource-policy" not in script.headers
        element = await client.get(f"/desk/{EMBED}")
        assert element.headers["cross-origin-resource-policy"] == "cross-origin", "the company's own pages load it"
        assert "immutable" not in element.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["leaflet.map", "../secret.html", "%2e%2e/secret.html", "assets/none.js", "assets/..%2f..%2fsecret.html"]
)
async def test_nothing_else_is_served(dist: Path, path: str) -> None:
    async with browser(dist) as client:
        answer = await client.get(f"/desk/{path}")
        assert answer.status_code == 404, answer.text
        assert "not for anybody" not in answer.text


async def test_who_may_embed_the_panel_is_told_to_browsers(dist: Path) -> None:
    async with browser(dist) as client:
        policy = (await client.get("/desk/")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self'")
    async with browser(dist, "https://crm.example.com") as client:
        policy = (await client.get("/desk/")).headers["content-security-policy"]
        assert policy.endswith("frame-ancestors 'self' https://crm.example.com")
    for odd in ("*", "javascript:", "https://a; script-src *"):
        with pytest.raises(ValueError):
            desk_pages((odd,), dist)


async def test_without_a_panel_the_page_says_how_to_come_by_one(tmp_path: Path) -> None:
    async with browser(tmp_path / "none") as client:
        answer = await client.get("/desk/")
        assert answer.status_code == 503
        assert "make panel" in answer.json()["cure"]


def test_files_of_the_panel_have_a_type() -> None:
    assert {"html", "css", "js", "svg", "woff2"} <= set(MEDIA_TYPES)
