"""``python -m gpu.train.embedding``: the bundled embedding and its ranking; half an hour."""

import argparse
import json
import logging
import os
import pickle
from pathlib import Path

import numpy as np
import torch

from gpu.train.embedding import questions
from gpu.train.embedding.calibration import Case, cases, for_any_embedding
from gpu.train.embedding.export import export
from gpu.train.embedding.likeness import likeness
from gpu.train.embedding.network import Network
from gpu.train.embedding.questions import Organisation
from gpu.train.embedding.ranking import fitted, fitted_worth
from gpu.train.embedding.training import train
from gpu.train.embedding.vocabulary import Vocabulary
from kb.embedding.lexicon import Lexicon

log = logging.getLogger("gpu.train.embedding")

FOLDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.embedding", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--cache", type=Path, default=Path("build/embedding"))
    parser.add_argument("--out", type=Path, default=Path("kb/embedding/bundled_model"))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--fold-steps", type=int, default=210, help="of each network that only calibrates")
    parser.add_argument("--size", type=int, default=40_000, help="morphemes of the vocabulary")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    random = np.random.default_rng(chosen.seed)
    torch.manual_seed(chosen.seed)
    organisations = questions.organisations()
    words = [group for group in questions.same_words() if len(group) > 1]
    sentences = questions.like_sentences(chosen.data)
    small_talk = questions.small_talk(chosen.data)
    texts = [
        text for one in organisations for item in one.items for text in (item.question, item.answer, *item.wordings)
    ]
    texts += [word for group in words for word in group]
    texts += [text for one, other, _ in sentences for text in (one, other)]
    vocabulary = Vocabulary(likeness(chosen.cache, chosen.seed), texts, chosen.size)
    log.info(
        "%d organisations, %d morphemes, %d of them in the texts", len(organisations), chosen.size, vocabulary.seen
    )

    def trained(on: list[Organisation], steps: int) -> Network:
        network = Network(torch.tensor(vocabulary.vectors()), vocabulary.is_content(), vocabulary.seen)
        train(network, vocabulary, on, words, sentences, steps, random)
        return network

    network = trained(organisations, chosen.steps)
    size = export(network, vocabulary, chosen.out / "lexicon.npz")
    log.info("%s: %.1f MB", chosen.out, size / 1e6)
    found: list[Case] = []
    for fold in range(FOLDS):
        unseen = organisations[fold::FOLDS]
        seen = [one for one in organisations if one not in unseen]
        measured = trained(seen, chosen.fold_steps)
        of_fold = chosen.cache / f"fold{fold}.npz"
        export(measured, vocabulary, of_fold)
        found += cases(Lexicon(of_fold), unseen, organisations, small_talk, random)
        log.info("fold %d: %d cases so far", fold, len(found))
        with (chosen.cache / "cases.pickle").open("wb") as file:
            pickle.dump((found, network.worth.detach().numpy()), file)
    of_any = [for_any_embedding(case) for case in found]
    rankings = {
        "bundled": fitted(found, network.worth.detach().numpy()),
        "any": fitted(of_any, fitted_worth(of_any)),
    }
    (chosen.out / "ranking.json").write_text(json.dumps(rankings) + "\n", encoding="utf-8")


main()
