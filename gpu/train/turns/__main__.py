"""``python -m gpu.train.turns``: the weights of ``voicebot.turns.ends``; three minutes on one core."""

import argparse
import logging
import os
from pathlib import Path

import numpy as np

from gpu.train.turns.examples import HELD_OUT, examples, lines
from gpu.train.turns.requests import done
from gpu.train.turns.training import fitted, rows
from voicebot.turns.clues import VERBAL_NOUNS, verbal_nouns
from voicebot.turns.ends import MODEL
from voicebot.turns.evaluation import read_turns

log = logging.getLogger("gpu.train.turns")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.turns", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    nouns = done(line for source in lines(chosen.data, np.random.default_rng(chosen.seed)) for line in source)
    VERBAL_NOUNS.write_text("\n".join(nouns) + "\n", encoding="utf-8")
    verbal_nouns.cache_clear()
    found = examples(chosen.data, chosen.seed)
    log.info("%d examples, %d of them ends", len(found), sum(example.is_end for example in found))
    weights, offset = fitted(rows([example.text for example in found]), found)
    np.savez_compressed(chosen.out, weights=weights.astype(np.float16), offset=np.float32(offset))
    log.info("%s: %.0f kB", chosen.out, chosen.out.stat().st_size / 1e3)

    held_out = read_turns(HELD_OUT)
    judged = rows([text for text, _ in held_out]) @ weights.astype(np.float16).astype(np.float32) + offset >= 0
    is_end = np.array([is_end for _, is_end in held_out])
    early, late = int((judged & ~is_end).sum()), int((~judged & is_end).sum())
    log.info("held out: %d, %.4f right, %d early cuts, %d late", len(is_end), (judged == is_end).mean(), early, late)


main()
