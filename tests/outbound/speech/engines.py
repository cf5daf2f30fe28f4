"""Small real parts for calls by sound: an engine for English, and a detector by energy."""

from __future__ import annotations

from threading import Lock

import numpy as np
from pocketsphinx import Config, Decoder

from audio.pcm import WIDEBAND_RATE, Samples, Sound
from audio.recognition.base import Expected, Listening, Transcript


class Pocketsphinx:
    """The general English model of the wheel, with a grammar where the answer is closed."""

    engine, language = "pocketsphinx", "en-US"

    def __init__(self) -> None:
        self.decoder = Decoder(Config(loglevel="FATAL", beam=1e-60, wbeam=1e-40))
        self.lock = Lock()
        self.general = self.decoder.current_search()

    def listen(self, expected: Expected, rate: int) -> Listening:
        return _Utterance(self, expected, rate)

    def heard(self, sound: Sound, expected: Expected) -> Transcript:
        with self.lock:
            if expected.closed:
                known = [p for p in expected.phrases if all(self.decoder.lookup_word(w) for w in p.split())]
                jsgf = "#JSGF V1.0; grammar g; public <a> = " + " | ".join(known) + ";"
                self.decoder.add_jsgf_string("closed", jsgf)
                self.decoder.activate_search("closed")
            else:
                self.decoder.activate_search(self.general)
            self.decoder.start_utt()
            self.decoder.process_raw(sound.at(WIDEBAND_RATE).samples.tobytes(), full_utt=True)
            self.decoder.end_utt()
            hypothesis = self.decoder.hyp()
        return Transcript(hypothesis.hypstr if hypothesis else "", 0.9, self.engine)


class _Utterance:
    def __init__(self, engine: Pocketsphinx, expected: Expected, rate: int) -> None:
        self.engine, self.expected, self.rate = engine, expected, rate
        self.chunks: list[Samples] = []

    def feed(self, samples: Samples) -> Transcript | None:
        self.chunks.append(samples)
        return None

    def finish(self) -> Transcript:
        return self.engine.heard(Sound(np.concatenate(self.chunks), self.rate), self.expected)

    def cancel(self) -> None:
        self.chunks = []


class ByEnergy:
    """Speech is what is loud for 60 ms; it lasts until 100 ms are quiet."""

    def __init__(self, threshold_dbfs: float = -42.0) -> None:
        self.threshold = threshold_dbfs
        self.loud = self.quiet = 0
        self.speaks = False

    def is_speech(self, samples: Samples) -> bool:
        loud = Sound(samples, 8_000).level_dbfs >= self.threshold
        self.loud, self.quiet = (self.loud + 1, 0) if loud else (0, self.quiet + 1)
        self.speaks = self.loud >= 3 or (self.speaks and self.quiet < 5)
        return self.speaks
