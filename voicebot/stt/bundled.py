"""The recognizer that comes with the product: a streaming network of our own, a beam and two language models.

Sound → log-mels → network (onnxruntime, many streams in one run) → beam with a jamo n-gram; Kiwi's language model
settles what is still in doubt after a second, and at the end. ``gpu/train/recognizer`` trains it; its card says what it
knows: synthetic voices.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb import korean
from voicebot.audio import Samples
from voicebot.stt import features, missing, tokens
from voicebot.stt.beam import BALANCED, WIDTH, Beam, Prefix, Weights
from voicebot.stt.ngram import NGram
from voicebot.stt.recognizer import Final, Partial, RecognizerUnavailable, Word

FOLDER = Path(__file__).parent / "bundled_model"
NETWORK, LANGUAGE = "recognizer.onnx", "ngram.npz"
MOST_STEPS = 64  # of 30 ms in one run, when a backlog is worked off
CLOSE_CALL = 12.0  # spellings this much less likely than the best (ln) are not worth asking Kiwi about
KIWI_WEIGHT = 0.3
MOST_ASKED = 12
MOST_READ = 60  # characters from the end, of what Kiwi is asked about
LEAD_MS = 150  # of silence before the first sample: who begins at once would lose his first syllable
# The network names a token some time after its sound has begun, and a word's last one before that has ended; medians
# against espeak-ng's own times of its words.
NAMING_DELAY_MS = 30
LAST_SOUND_MS = 90

Floats = npt.NDArray[np.float32]


class BundledStream:
    """One utterance on its way through the bundled recognizer: sound not yet seen, the network's state, the beam."""

    def __init__(self, recognizer: "BundledRecognizer") -> None:
        self._recognizer = recognizer
        self._sound: list[Samples] = [np.zeros(LEAD_MS * features.RATE_HZ // 1000, np.int16)]
        self._rest: Samples = np.zeros(0, np.int16)
        self.frames: Floats = np.zeros((0, features.BANDS), np.float32)
        self.hidden, self.cell, self.pending = recognizer.new_state()
        self.is_new = True
        self.is_finished = False
        self.beam = Beam(recognizer.language, recognizer.weights, recognizer.width, recognizer.choose)
        self.final: Final | None = None
        self._shown, self._shown_of = Partial(), (self.beam.best(), self.beam.agreed())

    def accept(self, samples: Samples) -> None:
        if not self.is_finished:
            self._sound.append(samples)

    def finish(self) -> None:
        if not self.is_finished:
            self.is_finished = True
            self._sound.append(np.zeros(self._recognizer.flush_samples, np.int16))

    def take_sound(self) -> Samples:
        """The sound of the whole frames that have come; the rest waits for more."""
        if self._sound:
            self._rest = np.concatenate([self._rest, *self._sound])
            self._sound = []
        count = features.frame_count(len(self._rest))
        taken = self._rest[: (count - 1) * features.HOP + features.WINDOW] if count else self._rest[:0]
        self._rest = self._rest[count * features.HOP :]
        return taken

    @property
    def partial(self) -> Partial:
        if self.final is not None:
            return Partial(self.final.spoken, len(self.final.spoken))
        best, agreed = self.beam.best(), self.beam.agreed()
        if (best, agreed) != self._shown_of:  # most steps bring nothing new
            spoken = self.beam.text(best)
            # A syllable may still gain its last consonant, so the newest one that all agree on is not yet stable.
            stable = self.beam.text(agreed)[:-1]
            self._shown = Partial(spoken, len(stable))
            self._shown_of = best, agreed
        return self._shown


class BundledRecognizer:
    """The bundled model, or one trained the same way in ``folder``; raises :class:`RecognizerUnavailable`."""

    rate_hz = features.RATE_HZ
    name = "bundled"

    def __init__(
        self,
        folder: Path = FOLDER,
        threads: int = 1,
        weights: Weights = BALANCED,
        width: int = WIDTH,
        kiwi_weight: float = KIWI_WEIGHT,
    ) -> None:
        onnxruntime = missing.library("onnxruntime", "onnxruntime")
        for file in (NETWORK, LANGUAGE):
            if not (folder / file).is_file():
                raise RecognizerUnavailable(f'no {file} in {folder}: install the product anew, or run "make model"')
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        network = str(folder / NETWORK)
        try:
            self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
            self.language = NGram(folder / LANGUAGE)
            metadata = self._session.get_modelmeta().custom_metadata_map
            self._look_ahead = int(metadata["look_ahead"])
            self._frames_a_step = int(metadata["frames_a_step"])
            frames_seen = int(metadata["frames_seen"])
        except Exception as error:  # onnxruntime and zipfile raise kinds of their own
            fact = f"the model in {folder} is damaged ({missing.one_line(error)})"
            raise RecognizerUnavailable(f"{fact}: install the product anew") from error
        if kiwi_weight:
            missing.library("kiwipiepy", "kiwipiepy")
            korean.plausibility(["안녕하세요"])  # loads it now: the first caller must not wait for that
        self.weights, self.width, self.kiwi_weight = weights, width, kiwi_weight
        self._step_ms = self._frames_a_step * features.HOP * 1000 // features.RATE_HZ
        self._overlap = frames_seen - self._frames_a_step  # frames a run shares with the next
        self._network_width = int(self._session.get_inputs()[1].shape[2])
        frames = (self._look_ahead + 2) * self._frames_a_step + self._overlap
        self.flush_samples = frames * features.HOP + features.WINDOW

    def stream(self) -> BundledStream:
        return BundledStream(self)

    def new_state(self) -> tuple[Floats, Floats, Floats]:
        width = self._network_width
        state = np.zeros((3, width), np.float32), np.zeros((3, width), np.float32)
        return *state, np.zeros((self._look_ahead, width), np.float32)

    def decode(self, streams: Sequence[BundledStream]) -> None:
        _listen(streams)
        ready = {stream: self._steps_ready(stream) for stream in streams}
        beginning = [stream for stream, steps in ready.items() if stream.is_new and steps >= self._look_ahead]
        if beginning:
            self._run(beginning, self._look_ahead)
            for stream in beginning:
                ready[stream] -= self._look_ahead
        going = {stream: steps for stream, steps in ready.items() if steps > 0 and not stream.is_new}
        while going:
            steps = min(MOST_STEPS, *going.values())
            self._run(list(going), steps)
            going = {stream: left - steps for stream, left in going.items() if left > steps}
        for stream in streams:
            if stream.is_finished and stream.final is None:
                stream.final = self._conclude(stream)

    def _steps_ready(self, stream: BundledStream) -> int:
        return max(0, (len(stream.frames) - self._overlap) // self._frames_a_step)

    def _run(self, streams: list[BundledStream], steps: int) -> None:
        """So many steps of all these streams in one run of the network, and of each one's beam."""
        taken = steps * self._frames_a_step
        given = {
            "frames": np.stack([stream.frames[: taken + self._overlap] for stream in streams]),
            "hidden": np.stack([stream.hidden for stream in streams], axis=1),
            "cell": np.stack([stream.cell for stream in streams], axis=1),
            "pending": np.stack([stream.pending for stream in streams]),
        }
        scores, hidden, cell, pending = self._session.run(None, given)
        probabilities = np.exp(scores)
        for number, stream in enumerate(streams):
            stream.frames = stream.frames[taken:]
            stream.hidden, stream.cell, stream.pending = hidden[:, number], cell[:, number], pending[number]
            if stream.is_new:
                # These steps lie before the first: their scores mean nothing, nor what the last LSTM made of them.
                stream.hidden[2] = stream.cell[2] = 0.0
                stream.is_new = False
            else:
                stream.beam.advance(probabilities[number])

    def _conclude(self, stream: BundledStream) -> Final:
        beam = stream.beam
        ranked = beam.ranked()
        chosen = beam.choose(ranked)
        return Final(beam.text(chosen), self._words(beam, chosen, ranked), self.name)

    def choose(self, ranked: list[tuple[str, float]]) -> int:
        """Of spellings with the network's and the n-gram's log-probability: the one that Kiwi agrees with best."""
        asked = [(text, score) for text, score in ranked[:MOST_ASKED] if score > ranked[0][1] - CLOSE_CALL]
        if len(asked) == 1 or not self.kiwi_weight:
            return 0
        plausible = korean.plausibility([text[-MOST_READ:] for text, _ in asked])
        return int(
            np.argmax([score + self.kiwi_weight * likely for (_, score), likely in zip(asked, plausible, strict=True)])
        )

    def _words(self, beam: Beam, chosen: Prefix, ranked: list[tuple[Prefix, float]]) -> tuple[Word, ...]:
        """Words with their times; confidence is the network's, times the share of the spellings left that agree."""
        shares = np.exp([score - ranked[0][1] for _, score in ranked])
        agreeing: defaultdict[Prefix, float] = defaultdict(float)
        for (prefix, _), share in zip(ranked, shares / shares.sum(), strict=True):
            for node in prefix.path():
                agreeing[node] += share
        words: list[list[Prefix]] = [[]]
        for node in (*beam.settled, *chosen.path()):
            if tokens.TOKENS[node.token] == " ":
                words.append([])
            else:
                words[-1].append(node)
        found: list[Word] = []
        for nodes in words:
            text = tokens.decode(node.token for node in nodes)
            if not text or not all("가" <= character <= "힣" for character in text):
                continue
            sure = math.exp(sum(math.log(node.sureness) for node in nodes) / len(nodes)) * agreeing.get(nodes[-1], 1.0)
            start_ms = max(0, nodes[0].step * self._step_ms - NAMING_DELAY_MS - LEAD_MS)
            if found and found[-1].end_ms > start_ms:
                found[-1] = replace(found[-1], end_ms=start_ms)
            end_ms = (nodes[-1].step + 1) * self._step_ms + LAST_SOUND_MS - LEAD_MS
            found.append(Word(text, start_ms, end_ms, round(float(sure), 3)))
        return tuple(found)


def _listen(streams: Sequence[BundledStream]) -> None:
    """New sound into features, streams with equally much of it together."""
    alike: dict[int, list[tuple[BundledStream, Samples]]] = {}
    for stream in streams:
        sound = stream.take_sound()
        if len(sound):
            alike.setdefault(len(sound), []).append((stream, sound))
    for pairs in alike.values():
        for (stream, _), frames in zip(pairs, features.log_mel(np.stack([sound for _, sound in pairs])), strict=True):
            stream.frames = np.concatenate([stream.frames, frames])
