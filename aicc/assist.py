"""The helpers of this installation: what its settings and its companies' rules choose, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicc.service.process import Start
from aicc.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from assist.helper import OpenHelper
    from assist.rules import Rules
    from assist.running import Services
    from assist.speaker.verification import Verification
    from kb.address import AddressBook
    from kb.embedding.embedding import Embedding
    from voicebot.dialogue.scenario.scenario_file import LoadedScenario


def open_services(start: Start) -> dict[str, Services]:
    """The helpers of every scenario, by the scenario's own name. Some seconds of computing; raises what rooms raise."""
    from kb.embedding import open_embedding
    from voicebot.dialogue.scenario.scenario_file import load_scenario

    settings = start.settings
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
    from assist.addresses import Addresses
    from assist.mood.mood import Mood
    from assist.suggest.suggestions import Suggestions, knowledge_of
    from assist.wrapup.wrapups import WrapUps
    from kb.shelf import Shelf
    from voicebot.dialogue.answer.chat import open_chat

    rules = company_rules(loaded)
    ingested = Shelf.open(settings.knowledge, embedding).entries() if settings.knowledge.is_dir() else ()
    model = open_chat(settings.answers) if settings.answers else None
    suggestions = Suggestions(loaded, knowledge_of(loaded, ingested), embedding, rules.suggest, model)
    services: dict[str, OpenHelper] = {"suggest": suggestions.open}
    if book := open_book(loaded, settings):
        services["address"] = Addresses(book).open
    services["mood"] = Mood(rules.mood, loaded.scenario.abuse).open
    services["wrapup"] = WrapUps(rules.wrapup, embedding, model).open
    if speaker is not None:
        services["speaker"] = speaker.open
    return services


def company_rules(loaded: LoadedScenario) -> Rules:
    """Of the file that the scenario names; ``RulesInvalid``."""
    from assist.rules import load_rules

    return load_rules(loaded.folder / loaded.scenario.assist if loaded.scenario.assist else None)


def open_book(loaded: LoadedScenario, settings: Settings) -> AddressBook | None:
    """The database that was imported, else the scenario's own book; None where there is neither."""
    from kb.address import AddressBook

    if settings.assist.addresses:
        return AddressBook.open(settings.assist.addresses)
    return AddressBook.of_file(loaded.folder / loaded.scenario.addresses) if loaded.scenario.addresses else None


def open_verification(settings: Settings, data: Path) -> Verification | None:
    """None where no key of voiceprints is set: nobody is enrolled then."""
    from assist.speaker.opening import open_model
    from assist.speaker.vault import Vault, VaultError
    from assist.speaker.verification import Verification
    from gpu.device import choose
    from voicebot.store import Store

    rules = settings.assist.speaker
    store = Store.open(settings.store or f"sqlite:///{data / 'aicc.db'}")
    vault = Vault.open(store.voiceprints, rules.key_from)
    try:
        vault.check_key()
    except VaultError:
        store.close()
        return None
    model = open_model(rules.embedder, settings.models, choose(settings.device))
    return Verification(model, vault, rules.false_accept_rate)
