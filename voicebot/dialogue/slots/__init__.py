"""Typed values from what a caller said: yes or no, a choice, digits, amounts, dates, times, names."""

from voicebot.dialogue.slots.amount import Amount
from voicebot.dialogue.slots.choice import Choice
from voicebot.dialogue.slots.correction import Correction, DigitChange, correction
from voicebot.dialogue.slots.date import Date
from voicebot.dialogue.slots.digits import Digits
from voicebot.dialogue.slots.free_text import FreeText
from voicebot.dialogue.slots.name import Name
from voicebot.dialogue.slots.order_number import OrderNumber
from voicebot.dialogue.slots.phone import Phone
from voicebot.dialogue.slots.slot import Found, Hours, Problem, Slot, Value, to_json
from voicebot.dialogue.slots.time import Time
from voicebot.dialogue.slots.yes_no import YesNo

__all__ = [
    "Amount",
    "Choice",
    "Correction",
    "Date",
    "DigitChange",
    "Digits",
    "Found",
    "FreeText",
    "Hours",
    "Name",
    "OrderNumber",
    "Phone",
    "Problem",
    "Slot",
    "Time",
    "Value",
    "YesNo",
    "correction",
    "to_json",
]
