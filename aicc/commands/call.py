"""``aicc call``: a running service calls somebody."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aicc.errors import AiccError
from aicc.output import Answer, answers

if TYPE_CHECKING:
    from collections.abc import Mapping


class CallNotPlaced(AiccError):
    """The service did not place the call; the message is its own."""


@answers
def call(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="Whom to call, as one dials.")],
    scenario: Annotated[str, typer.Option(metavar="NAME", help="Which scenario leads the call.")],
    variable: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the scenario is to know; as often as needed.")
    ] = None,
    api: Annotated[
        str | None, typer.Option(metavar="URL", help="The service; the settings' own address where left out.")
    ] = None,
    key: Annotated[str | None, typer.Option(envvar="AICC_API_KEY", help="A key of the API.")] = None,
) -> Answer:
    """Have a running service call NUMBER; its voice is heard there when somebody picks up.

    The service needs sip.outbound in its settings: through which proxy calls leave, and as whom.
    """
    from aicc.settings import settings_of

    if not key:
        raise CallNotPlaced(
            'no key: give --key or set AICC_API_KEY; "aicc serve" shows the first one at its first start'
        )
    variables: dict[str, str] = {}
    for text in variable or ():
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise CallNotPlaced(f'"{text}" is no variable: write NAME=VALUE')
        variables[name] = value
    address = api or f"http://{settings_of(context).http}"
    answer = _placed(address, key, {"number": number, "scenario": scenario, "variables": variables})
    return Answer(answer, shown=f"{number} is called: {address}/api/calls/{answer['call_id']}")


def _placed(address: str, key: str, wanted: "Mapping[str, object]") -> dict[str, Any]:
    import httpx

    try:
        response = httpx.post(
            f"{address}/api/calls", json=wanted, headers={"authorization": f"Bearer {key}"}, timeout=15, trust_env=False
        )
        told = response.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CallNotPlaced(
            f'no service answers at {address} ({error}): start "aicc serve", or name it by --api'
        ) from None
    if response.status_code != 201:
        raise CallNotPlaced(
            f"{told.get('error', response.status_code)}: {told.get('cure', 'see the log of the service')}"
        )
    return dict(told)
