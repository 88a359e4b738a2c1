"""``python -m gpu.train.recognizer``: rebuilds the bundled recognizer from a fixed seed."""

import argparse
import logging
import os
from pathlib import Path

from gpu.train.recognizer.training import Plan, train

FIXTURES = Path(__file__).parents[3] / "audio_fixtures/sentences"


def unspoken_sentences() -> frozenset[str]:
    """The test sentences without their spaces: training never hears them."""
    lines = [line for path in FIXTURES.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()]
    return frozenset(line.replace(" ", "") for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.recognizer", description=__doc__)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch-seconds", type=float, default=160.0)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--folder", type=Path, default=Path("build/recognizer"))
    parser.add_argument("--resume", action="store_true")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    plan = Plan(steps=arguments.steps, batch_seconds=arguments.batch_seconds)
    train(plan, arguments.data, arguments.folder, unspoken_sentences(), arguments.resume)


if __name__ == "__main__":
    main()
