"""The helpers of this installation: what its settings and its companies' rules choose, opened."""

from __future__ import annotations

import logging
import os
from datetime import date
from functools import partial
from pathlib import Path

from aicc.books import open_book
from aicc.service.process import Start
from aicc.settings import Settings
from assist.addresses import Addresses
from assist.call_so_far import CallSoFar
from assist.helper import OpenHelper
from assist.mood.mood import Mood
from assist.rules import Rules, load_rules
from assist.running import Services
from assist.speaker.opening import open_model
from assist.speaker.vault import Vault, VaultError
from assist.speaker.verification import Verification
from assist.speaker.voiceprint import ReadOnly
from assist.suggest.suggestions import Suggestions, knowledge_of
from assist.wrapup.wrapups import WrapUps, began_at
from gpu.device import choose
from kb.embedding import open_embedding
from kb.embedding.embedding import Embedding
from kb.korean import morphemes
from kb.shelf import Shelf
from voicebot.dialogue.answer.chat import open_chat
from voicebot.dialogue.scenario.scenario_file import LoadedScenario, load_scenario
from voicebot.korean_time import korean_now
from voicebot.store import Store

log = logging.getLogger(__name__)


def open_services(start: Start) -> dict[str, Services]:
    """The helpers of every scenario, by the scenario's own name. Some seconds of computing; raises what rooms raise."""
    settings = start.settings
    morphemes("안녕하세요")  # loads what the first note would wait for
    embedding = open_embedding(settings.embedding, settings.models, settings.embedding_url)
    speaker = open_verification(settings, start.data)
    opened = {}
    for folder in start.scenarios.values():
        loaded = load_scenario(folder)
        opened[loaded.scenario.scenario] = open_company(loaded, settings, embedding, speaker)
    return opened


def open_company(
    loaded: LoadedScenario, settings: Settings, embedding: Embedding, speaker: Verification | None = None
) -> Services:
    """The helpers of one company's calls, by name: suggest, address, mood, wrapup, and speaker where it is given."""
    rules = company_rules(loaded)
    ingested = Shelf.open(settings.knowledge, embedding).entries() if settings.knowledge.is_dir() else ()
    model = open_chat(settings.answers) if settings.answers else None
    suggestions = Suggestions(loaded, knowledge_of(loaded, ingested), embedding, rules.suggest, model)
    services: dict[str, OpenHelper] = {
        "suggest": lambda call, sound: suggestions.open(call, sound, partial(_day, call))
    }
    if book := open_book(loaded, settings):
        services["address"] = Addresses(book).open
    services["mood"] = Mood(rules.mood, loaded.scenario.abuse).open
    services["wrapup"] = WrapUps(rules.wrapup, embedding, model).open
    if speaker is not None:
        services["speaker"] = speaker.open
    return services


def _day(call: CallSoFar) -> date:
    """On which the call is held: seasonal entries are suggested by it, at replay too."""
    return (began_at(call.call_id) or korean_now()).date()


def company_rules(loaded: LoadedScenario) -> Rules:
    """Of the file that the scenario names; ``RulesInvalid``."""
    return load_rules(loaded.folder / loaded.scenario.assist if loaded.scenario.assist else None)


def open_verification(settings: Settings, data: Path, *, is_replay: bool = False) -> Verification | None:
    """None where no key of voiceprints is set: nobody is enrolled then, nor at a replay."""
    rules = settings.assist.speaker
    store = Store.open(settings.store or f"sqlite:///{data / 'aicc.db'}")
    try:
        vault = Vault.open(store.voiceprints, rules.key_from)
        vault.check_key()
    except VaultError as unusable:
        store.close()
        if os.environ.get(rules.key_from):
            log.error("nobody is known by voice: %s", unusable)
        return None
    model = open_model(rules.embedder, settings.models, choose(settings.device))
    return Verification(model, ReadOnly(vault) if is_replay else vault, rules.false_accept_rate)
