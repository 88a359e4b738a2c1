"""What a site writes of its CRM."""

import pytest
from pydantic import ValidationError

from assist.wrapup.crm import CrmKeyUnusable, CrmSettings
from tests.assist.wrapup.crm import KEY


@pytest.mark.parametrize(
    "url",
    ["crm.example", "ftp://crm.example", "https://user:secret@crm.example", "https://crm.example/#here", "https://"],
)
def test_addresses_that_do_not_fit_are_told_without_them(url: str) -> None:
    with pytest.raises(ValidationError, match="write an address such as") as invalid:
        CrmSettings(url=url)
    assert "secret" not in str(invalid.value)


@pytest.mark.parametrize("name", ["", "a secret", "secret1", "AICC-CRM"])
def test_the_key_itself_is_no_name_and_is_not_repeated(name: str) -> None:
    with pytest.raises(ValidationError, match="write the name of an environment variable") as invalid:
        CrmSettings(url="https://crm.example", key_from=name)
    assert not name or repr(name) not in str(invalid.value)


def test_the_key_is_in_the_environment_and_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CrmSettings(url="https://crm.example")
    monkeypatch.delenv("AICC_CRM_KEY", raising=False)
    with pytest.raises(CrmKeyUnusable, match="AICC_CRM_KEY holds no key: set it, here and at the CRM"):
        settings.key()
    monkeypatch.setenv("AICC_CRM_KEY", "short")
    with pytest.raises(CrmKeyUnusable, match="less than 16 characters") as told:
        settings.key()
    assert "short" not in str(told.value)
    monkeypatch.setenv("AICC_CRM_KEY", KEY.decode())
    assert settings.key() == KEY
