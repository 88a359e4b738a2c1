"""``aicc text``: Korean as it is spoken and as it is written."""

from typing import Annotated

import typer

from aicc.output import Answer, answers

text = typer.Typer(help="Korean as it is spoken and as it is written.", no_args_is_help=True)
Words = Annotated[list[str], typer.Argument(metavar="TEXT...", help="The text; several words need no quotes.")]


@text.command("to-written")
@answers
def to_written(
    words: Words, partial: Annotated[bool, typer.Option(help="The text is still growing.")] = False
) -> Answer:
    """공일공 일이삼사 오육칠팔 → 010-1234-5678"""
    from voicebot.text import to_written

    given = " ".join(words)
    written = to_written(given, partial=partial).text
    return Answer({"spoken": given, "written": written}, written)


@text.command("to-spoken")
@answers
def to_spoken(words: Words) -> Answer:
    """35,000원 → 삼만 오천 원"""
    from voicebot.text import to_spoken

    given = " ".join(words)
    spoken = to_spoken(given).text
    return Answer({"written": given, "spoken": spoken}, spoken)
