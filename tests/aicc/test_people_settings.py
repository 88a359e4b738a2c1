"""The block ``people``: mistakes get one line, secrets stay out of it."""

import pytest

from aicc.settings import Settings, SettingsInvalid

OIDC = "issuer: https://login.example, client_id: aicc"


def load(site, text):
    (site / "aicc.yaml").write_text(text)
    return Settings.load().people


def test_defaults_are_those_of_the_design(site):
    people = Settings.load().people
    assert (people.idle_minutes, people.longest_hours, people.audit_keep_days) == (30, 12, 730)
    assert people.url is None and people.oidc is None


def test_a_company_login(site):
    oidc = load(
        site, f"people: {{oidc: {{{OIDC}, client_secret_from: AICC_OIDC_KEY, roles: {{a: admin, b: agent}}}}}}"
    ).oidc
    assert oidc.issuer == "https://login.example" and list(oidc.roles.items()) == [("a", "admin"), ("b", "agent")]
    for issuer in ("http://127.0.0.1:9000/realms/x", "http://[::1]:9000", "https://login.example:8443/a/b"):
        assert load(site, f"people: {{oidc: {{issuer: '{issuer}', client_id: x}}}}").oidc.issuer == issuer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{idle_minutes: 0}", "aicc.yaml: people.idle_minutes: 0 does not fit: "),
        ("{longest_hours: 999}", "aicc.yaml: people.longest_hours: 999 does not fit: "),
        ("{url: desk.example}", "aicc.yaml: people.url: 'desk.example' does not fit: write where browsers find it"),
        ("{url: 'https://desk.example/'}", "aicc.yaml: people.url: 'https://desk.example/' does not fit: "),
        ("{odic: {}}", 'aicc.yaml: unknown key "people.odic": did you mean "oidc"?'),
        (
            "{oidc: {issuer: 'https://a.example'}}",
            "aicc.yaml: people.oidc.client_id is missing: write issuer, ",
        ),
        (
            "{oidc: {issuer: 'http://a.example', client_id: x}}",
            "aicc.yaml: people.oidc.issuer: 'http://a.example' do",
        ),
        (
            "{oidc: {issuer: 'https://a.example?x', client_id: x}}",
            "aicc.yaml: people.oidc.issuer: 'https://a.example?x'",
        ),
        (
            f"{{oidc: {{{OIDC}, client_secret_from: s3cret}}}}",
            "aicc.yaml: people.oidc.client_secret_from: what is ",
        ),
        (f"{{oidc: {{{OIDC}, roles: {{a: root}}}}}}", "aicc.yaml: people.oidc.roles.a: 'root' does not fit: "),
    ],
)
def test_mistakes_get_one_line(site, text, line):
    with pytest.raises(SettingsInvalid) as told:
        load(site, f"people: {text}")
    assert str(told.value).startswith(line) and "s3cret" not in str(told.value)
