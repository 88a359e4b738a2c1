"""A slot as the conversation asks for it: the designer's settings, and what finds its value."""

from dataclasses import dataclass

from voicebot.dialogue.scenario import slot_settings as settings
from voicebot.dialogue.slots import Amount, Choice, Date, Digits, FreeText, Name, OrderNumber, Phone, Slot, Time, YesNo


@dataclass(frozen=True, slots=True)
class Asked:
    """``name`` is what the flow calls it."""

    name: str
    settings: settings.SlotSettings
    slot: Slot

    @property
    def is_open(self) -> bool:
        """Whether anything at all could be an answer, so that words alone do not tell an answer from a wish."""
        return self.settings.type in ("text", "address", "name")


def finder(chosen: settings.SlotSettings, addresses: Slot) -> Slot:
    """What finds the values of a slot; ``addresses`` finds those of the address book."""
    match chosen:
        case settings.YesNo():
            return YesNo(chosen.offer)
        case settings.Choice():
            return Choice(chosen.options)
        case settings.Digits():
            return Digits(tuple(chosen.lengths), tuple(chosen.called))
        case settings.Phone():
            return Phone(chosen.mobile_only)
        case settings.OrderNumber():
            return OrderNumber(tuple(chosen.lengths))
        case settings.Amount():
            return Amount(chosen.least, chosen.most)
        case settings.Date():
            return Date(chosen.wants)
        case settings.Time():
            return Time(chosen.opens, chosen.closes)
        case settings.Name():
            return Name()
        case settings.Address():
            return addresses
        case settings.FreeText():
            return FreeText()


CONFIRMATION = Asked("확인", settings.YesNo(type="yes_no", ask="맞으세요?", offer=False), YesNo(offer=False))
OFFER = Asked("제안", settings.YesNo(type="yes_no", ask="도와드릴까요?"), YesNo())
"""Of the engine's own questions; their answers are kept nowhere."""
