"""Where browsers find the service, and which pages are ours."""

import pytest

from aicc.service.people import Site, desk_policy


def scope(scheme: str = "http", client: str = "10.0.0.7", **headers: str) -> dict[str, object]:
    named = {"host": "desk.example", **{name.replace("_", "-"): value for name, value in headers.items()}}
    told = [(name.encode(), value.encode()) for name, value in named.items()]
    return {"type": "http", "scheme": scheme, "headers": told, "client": (client, 50_000), "path": "/"}


@pytest.mark.parametrize(
    ("site", "asked", "is_secure"),
    [
        (Site(), scope(), False),
        (Site(), scope("https"), True),
        (Site(), scope("wss"), True),
        (Site("https://desk.example"), scope(), True),
        (Site("http://desk.example"), scope("https"), False),
        (Site(), scope(x_forwarded_proto="https"), False),
        (Site(proxies=("10.0.0.0/24",)), scope(x_forwarded_proto="https"), True),
        (Site(proxies=("10.0.0.0/24",)), scope(client="10.0.1.1", x_forwarded_proto="https"), False),
        (Site(proxies=("10.0.0.0/24",)), scope(client="local", x_forwarded_proto="https"), False),
    ],
)
def test_tls_is_known(site: Site, asked: dict[str, object], is_secure: bool) -> None:
    assert site.is_secure(asked) is is_secure
    assert (
        site.address(asked) == site.url or site.address(asked) == ("https" if is_secure else "http") + "://desk.example"
    )


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("http://desk.example", True),
        ("https://desk.example", True),
        ("http://DESK.example:80", True),
        ("http://desk.example:8080", False),
        ("http://desk.example.evil", False),
        ("http://evil/desk.example", False),
        ("http://evil@desk.example", False),
        ("http://desk.example@evil", False),
        ("http://desk.example:x", False),
        ("http://[::1", False),
        ("null", False),
        ("", False),
        ("desk.example", False),
        ("ftp://desk.example", False),
    ],
)
def test_pages_of_ours(origin: str, is_own: bool) -> None:
    assert Site().is_own_origin(scope(origin=origin)) is is_own


def test_no_host_is_nobodys() -> None:
    assert not Site().is_own_origin(scope(host="", origin="http://"))
    assert not Site().is_own_origin(scope(host=""))


def test_the_panels_policy() -> None:
    policy = desk_policy(["https://crm.example", "http://10.0.0.5:8080"])
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert (
        parts["default-src"] == "'none'"
        and parts["script-src"] == parts["style-src"] == parts["connect-src"] == "'self'"
    )
    assert parts["media-src"] == "'self' blob:" and parts["img-src"] == "'self' data:"
    assert parts["frame-ancestors"] == "'self' https://crm.example http://10.0.0.5:8080"
    assert "unsafe" not in policy
    assert desk_policy().endswith("frame-ancestors 'self'")
    for wrong in ("https://a.example; script-src *", "*", "https://a.example/x", "https://a b", "crm.example"):
        with pytest.raises(ValueError, match="is no origin"):
            desk_policy([wrong])
