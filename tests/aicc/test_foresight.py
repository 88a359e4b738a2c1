"""Over the sample company's own conversation tests, with its real mind: what is foreseen is what is said."""

import asyncio
from pathlib import Path

import pytest

from aicc.mind import open_mind
from aicc.settings import Settings
from voicebot.dialogue.trial import play
from voicebot.dialogue.trial.case_file import read_cases
from voicebot.dialogue.trial.suite import try_scenario
from voicebot.doors.chat import Chat
from voicebot.events import BotStarted

NURI = Path(__file__).parents[2] / "scenarios" / "nuri"
FILES = ("delivery", "cancel", "questions", "returns")


class Foreseeing(Chat):
    """Asks what is foreseen of each turn, just before the conversation has it."""

    seen: list  # of (whether in a flow, foreseen, what the bot said)

    def __init__(self, mind, caller, log, next_turn, now):
        async def foreseeing(asked):
            heard = await next_turn(asked)
            if heard is not None and heard.source != "dtmf":
                foreseen = self.conversation.consider(heard.spoken)
                self.seen.append((bool(self.conversation.walks), foreseen, log, len(log.read())))
            return heard

        super().__init__(mind, caller, log, foreseeing, now)


@pytest.mark.slow
def test_the_first_sentence_is_ready_where_a_wish_is_served(monkeypatch):
    Foreseeing.seen = []
    monkeypatch.setattr(play, "Chat", Foreseeing)
    cases = read_cases([NURI / "tests" / f"{name}.yaml" for name in FILES])
    asyncio.run(try_scenario(NURI, cases, lambda folder: open_mind(folder, Settings.load_defaults()), lanes=2))
    foreseen = [one for one in Foreseeing.seen if one[1]]
    right = 0
    for _, texts, log, at in foreseen:
        said = [logged.event.text for logged in log.read(at) if isinstance(logged.event, BotStarted)]
        right += bool(said) and texts[0].startswith(said[0])
    outside = [one for one in Foreseeing.seen if not one[0]]
    assert right >= 0.93 * len(foreseen)
    assert sum(bool(one[1]) for one in outside) >= 0.75 * len(outside)
