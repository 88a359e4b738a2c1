"""``python -m gpu.train.recognizer``: rebuilds the bundled recognizer from a fixed seed.

Trains, counts the n-gram, writes the streaming graph, measures all of it on unseen sentences and writes the card.
"""

import argparse
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import torch

from audio_fixtures import evaluation as fixtures
from audio_fixtures.calls import CALLS
from gpu.train.recognizer import card, export, language
from gpu.train.recognizer.network import LOOK_AHEAD, WIDTH, Network
from gpu.train.recognizer.sentences import Sentences
from gpu.train.recognizer.speech import PHONES
from gpu.train.recognizer.training import CHECKPOINT, Plan, train
from voicebot.stt import features, tokens
from voicebot.stt.beam import Weights
from voicebot.stt.bundled import FOLDER, LANGUAGE, NETWORK, BundledRecognizer
from voicebot.stt.evaluation import Result, evaluate, read_manifest

log = logging.getLogger("train")

SETS = ("contact_centre", "contact_centre_poor_line", "everyday", "numbers")


@dataclass(frozen=True, slots=True)
class Places:
    """Where training reads and writes: the data, the working folder, and the model's own folder."""

    data: Path
    work: Path
    model: Path


def unspoken_sentences() -> frozenset[str]:
    """The test sentences without their spaces: training never hears them."""
    lines = [line for path in fixtures.SENTENCES.glob("*.txt") for line in fixtures.sentences(path.stem)]
    lines += CALLS.values()
    return frozenset(line.replace(" ", "") for line in lines)


def finish(places: Places, plan: Plan) -> None:
    """From the last checkpoint to a model folder with its card."""
    kept = torch.load(places.work / CHECKPOINT, map_location="cpu", weights_only=True)
    network = Network(len(PHONES))
    network.load_state_dict(kept["network"])
    places.model.mkdir(parents=True, exist_ok=True)
    export.export(network, places.model / NETWORK)
    sentences = Sentences(places.data, unspoken_sentences())
    runs = language.write(language.text(sentences, plan.seed), places.model / LANGUAGE)
    facts: dict[str, float | int] = {
        "bands": features.BANDS,
        "width": WIDTH,
        "look_ahead_ms": LOOK_AHEAD * 30,
        "tokens": len(tokens.TOKENS) - 1,
        "parameters": sum(parameter.numel() for parameter in network.parameters()) / 1e6,
        "runs": runs,
        "steps": kept["step"],
        "hours": kept["heard_s"] / 3600,
        "seed": plan.seed,
    }
    card.write(places.model / "CARD.md", sentences, measure(places), facts)


def measure(places: Places) -> dict[str, tuple[Result, Result]]:
    """For each set the whole recognizer, and its network with neither language model."""
    folder = places.work / "evaluation"
    fixtures.make(folder, places.data)
    whole = BundledRecognizer(places.model)
    alone = BundledRecognizer(places.model, weights=Weights(language=0.0, token=0.0), kiwi_weight=0.0)
    results = {}
    for name in SETS:
        cases = read_manifest(folder / f"{name}.tsv")
        results[name] = evaluate(whole, cases), evaluate(alone, cases)
        log.info("%s: CER %.2f %%, the network alone %.2f %%", name, *(100 * result.cer for result in results[name]))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.recognizer", description=__doc__)
    parser.add_argument("--steps", type=int, default=Plan().steps)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--work", type=Path, default=Path("build/recognizer"), help="checkpoints and evaluation sets")
    parser.add_argument("--model", type=Path, default=FOLDER, help="where the finished model goes")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--finish", action="store_true", help="train no further: export, measure, write the card")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if not (arguments.data / "text").is_dir():
        parser.error(f"no training data in {arguments.data}: set AICC_TRAINING_DATA")
    places = Places(arguments.data, arguments.work, arguments.model)
    plan = Plan(steps=arguments.steps)
    if not arguments.finish:
        train(plan, places.data, places.work, unspoken_sentences(), arguments.resume)
    finish(places, plan)


if __name__ == "__main__":
    main()
