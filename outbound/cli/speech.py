"""`outbound speech`: which voices and recognisers are here, and how they sound and hear.

Decides nothing about speech: it shows what `audio` offers, lets a person try it, and brings and measures models.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from audio import recognition, synthesis
from audio.pcm import Sound, read_sound, write_wav
from audio.recognition import Engine, confidence, models
from audio.screening import Beep
from audio.turns import Patience
from campaigns.intents import Intent
from outbound.cli import output
from outbound.folders import thresholds_folder
from outbound.intents import understanding_for
from outbound.intents.language import languages
from outbound.speech import acting, calibration
from outbound.speech.labelled import read_corpus
from outbound.speech.screened import screened

app = typer.Typer(help="The voices that speak and the engines that listen.", no_args_is_help=True)

_ENGINES = "vosk, whisper or pocketsphinx; with a model of yours, by name or path: whisper:small.en."
Language = Annotated[str, typer.Option("--language", "-l", help="BCP 47 tag: en-US, zh-CN, ko-KR.")]


@app.command("list")
def list_(json: output.Json = False) -> None:
    """Show every voice and recogniser, what each language falls back to, and how to get what is missing.

    Example: outbound speech list
    """
    voices, engines = list(synthesis.available()), recognition.available()
    listens = {tag: recognition.engines_for(tag) for tag in languages()}
    if json:
        output.emit_json({"voices": voices, "engines": engines, "languages": listens})
        return
    output.table(
        "Voices",
        ["engine", "language", "voice", "ready", "to do"],
        [(v.engine, v.language, v.voice, "yes" if v.installed else "no", v.hint) for v in voices],
    )
    output.out.print()
    output.table(
        "Recognisers, the preferred first",
        ["engine", "understands", "ready", "to do"],
        [(e.engine, ", ".join(e.languages) or "-", "yes" if e.languages else "no", e.hint) for e in engines],
    )
    output.out.print()
    output.table(
        "Who listens to a language",
        ["language", "now", "falls back to", "to do"],
        [
            (tag, engines[0], ", then ".join(engines[1:]) or "-", _better(tag, engines))
            for tag, engines in listens.items()
        ],
    )
    output.out.print("\nA language that no recogniser understands is answered by keys alone, and the call says so.")


def _better(language: str, engines: Sequence[Engine]) -> str:
    return "" if engines[0] is Engine.VOSK else f"outbound speech fetch {language}"


@app.command()
def fetch(
    language: Annotated[str, typer.Argument(help="BCP 47 tag: en-US, zh-CN, ko-KR …")],
    json: output.Json = False,
) -> None:
    """Download Vosk's small model for a language from its makers, check it, and put it where calls find it.

    Example: outbound speech fetch ko-KR
    """
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=output.err, transient=True) as shown:
        task = shown.add_task(language, total=None)
        brought = models.fetch(language, lambda done, total: shown.update(task, completed=done, total=total or None))
    if json:
        output.emit_json(brought)
    else:
        output.out.print(f"{brought.name} is in {brought.folder}; calls in {language} use it from now on")


@app.command()
def say(
    text: Annotated[str, typer.Argument(help="What to say.")],
    language: Language = "en-US",
    engine: Annotated[str | None, typer.Option(help="pyttsx3 or piper.")] = None,
    voice: Annotated[str | None, typer.Option(help="A voice of that engine, or the path of a Piper .onnx.")] = None,
    pace: Annotated[float, typer.Option(min=0.5, max=1.5, help="1.0 is the voice's own speed.")] = 1.0,
    file: Annotated[Path | None, typer.Option(help="Write a WAV file instead of playing it.")] = None,
    json: output.Json = False,
) -> None:
    """Say a text the way a call would, on the speaker or into a WAV file.

    Example: outbound speech say "Your order A12B costs $19.90." --file order.wav
    """
    began = time.perf_counter()
    sound = synthesis.voice_for(language, engine, voice).speak(text, pace=pace)
    took = time.perf_counter() - began
    if file is not None:
        write_wav(file, sound)
    else:
        from audio.devices import play

        play(sound)
    if json:
        output.emit_json({"seconds": sound.seconds, "rendering_seconds": took, "file": file})
    elif file is not None:
        output.out.print(f"{file}: {sound.seconds:.1f} s of speech, rendered in {took:.2f} s")


@app.command()
def hear(
    file: Annotated[Path | None, typer.Argument(help="A recording with one answer.")] = None,
    microphone: Annotated[bool, typer.Option("--microphone", help="Listen to the microphone instead.")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=30, help="How long to listen to the microphone.")] = 4.0,
    language: Language = "en-US",
    engine: Annotated[str | None, typer.Option(help=_ENGINES)] = None,
    expecting: Annotated[
        list[Intent] | None, typer.Option(help="What the step asks for, e.g. --expecting yes --expecting no.")
    ] = None,
    json: output.Json = False,
) -> None:
    """Understand one answer as a call would, and show the words, the meaning and how sure they are.

    Example: outbound speech hear answer.wav --expecting yes --expecting no
    """
    if (file is None) == (not microphone):
        output.fail("say what to hear", "give a WAV file, or --microphone", code=2)
    sound = _recorded(seconds) if file is None else read_sound(file)
    start = time.perf_counter()
    recognizer = recognition.recognizer_for(language, engine)
    if recognizer is None:
        output.fail(
            f"no recogniser understands {language} here",
            f"callees answer by keys; 'outbound speech fetch {language}' brings a Vosk model",
        )
    loaded = time.perf_counter()
    understanding = understanding_for(language, thresholds_folder())
    asked = frozenset(expecting or ())
    expected = understanding.expected(asked)
    began = time.perf_counter()
    listening = recognizer.listen(expected, sound.rate)
    listening.feed(sound.samples)
    transcript = listening.finish()
    heard = time.perf_counter()
    meaning = understanding.meaning(transcript, asked)
    complete = understanding.is_complete(transcript, asked)
    patience = Patience()
    silence = patience.complete if complete else patience.unknown
    if not complete and understanding.breaks_off(transcript):
        silence = patience.unfinished
    timings = {
        "sound_seconds": sound.seconds,
        "loading_seconds": loaded - start,
        "recognising_seconds": heard - began,
        "understanding_seconds": time.perf_counter() - heard,
        "turn_ends_after_seconds": silence,
    }
    if json:
        output.emit_json({"transcript": transcript, "meaning": meaning, "complete": complete, **timings})
        return
    output.table(
        "",
        ["words", "sure", "meaning", "sure", "engine"],
        [
            (
                transcript.text or "-",
                f"{transcript.confidence:.0%}",
                meaning.intent,
                f"{meaning.confidence:.0%}",
                transcript.engine,
            )
        ],
    )
    if any(word.confidence != transcript.confidence for word in transcript.words):
        output.out.print("\nword by word: " + ", ".join(f"{w.text} {w.confidence:.0%}" for w in transcript.words))
    if transcript.alternatives:
        output.out.print("\nit may also be: " + ", ".join(transcript.alternatives))
    output.out.print()
    output.table(
        "", ["what took how long", ">seconds"], [(_spelt(name), f"{took:.3f}") for name, took in timings.items()]
    )


def _spelt(name: str) -> str:
    return name.removesuffix("_seconds").replace("_", " ")


@app.command()
def screen(
    file: Annotated[Path, typer.Argument(help="A recording that begins at the answer.")],
    language: Language = "en-US",
    engine: Annotated[
        str | None, typer.Option(help="Use words too, as this engine hears them, and as a call does.")
    ] = None,
    json: output.Json = False,
) -> None:
    """Tell from a recording who or what picked up, and when that was known: by its sound, with --engine by words too.

    Example: outbound speech screen answer.wav --engine whisper
    """
    sound = read_sound(file)
    recognizer = None if engine is None else recognition.recognizer_for(language, engine)
    heard = screened(sound, recognizer)
    if json:
        output.emit_json({"found": heard.found, "verdict": heard.verdict, "seconds": sound.seconds})
        return
    output.table(
        "",
        [">after", "who", ">sure", "why"],
        [
            (
                f"{one.end_seconds:.2f} s",
                "machine",
                "",
                f"its beep of {one.frequency:.0f} Hz is over: a message may start",
            )
            if isinstance(one, Beep)
            else (f"{one.at_seconds:.2f} s", one.party, f"{one.certainty:.0%}", one.why)
            for one in heard.found
        ],
    )
    output.out.print(f"\n{heard.verdict.party}, after {sound.seconds:.1f} s of sound")


@app.command()
def calibrate(
    corpus: Annotated[Path, typer.Argument(help="A folder with labels.tsv: file, intent, text (see docs/speech.md).")],
    language: Language = "en-US",
    engine: Annotated[str | None, typer.Option(help=_ENGINES)] = None,
    file: Annotated[
        Path | None, typer.Option(help="Where to write the curves  [default: where calls read them]")
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="Folder to write the thresholds to  [default: where calls read them]")
    ] = None,
    json: output.Json = False,
) -> None:
    """Fit listening to your callees: how sure an engine is, and when a meaning is acted on.

    Both are fitted on one half of your labelled recordings and judged on the other; only what helps there is kept.

    Example: outbound speech calibrate recordings/
    """
    clips = read_corpus(corpus)
    recognizer = recognition.recognizer_for(language, engine)
    if recognizer is None:
        output.fail(f"no recogniser understands {language} here", f"run: outbound speech fetch {language}")
    with Progress(console=output.err, transient=True) as shown:
        task = shown.add_task(f"{recognizer.engine} listens", total=len(clips))
        understanding = understanding_for(language, thresholds_folder())
        hearings = calibration.hear_all(
            clips, recognizer, understanding, lambda done: shown.update(task, completed=done)
        )
    found = calibration.fitted(recognizer.engine, hearings)
    honest = calibration.made_honest(recognizer.engine, hearings, found)
    acts = acting.fitted_acting(honest, understanding.thresholds)
    if not found and acts is None:
        output.fail("there is too little to calibrate on", "20 clips of short answers, or of sentences, in each half")
    curves = calibration.curves_of(found)
    target = file or confidence.users_file()
    if curves:
        confidence.save(curves, target)
    folder = thresholds or thresholds_folder()
    fits = acts is not None and acts.helps
    if acts is not None and acts.helps and understanding.language is not None:
        acts.thresholds.save(understanding.language.tag, folder)
    if json:
        kept = {"kept": list(curves), "file": target, "thresholds_kept": fits, "thresholds_folder": folder}
        output.emit_json({"calibrations": found, "thresholds": acts, **kept})
        return
    _show_curves(found, curves)
    if acts is not None:
        _show_acting(acts)
    for place in (*((target,) if curves else ()), *((folder,) if fits else ())):
        output.out.print(f"\nkept in {place}")


def _show_curves(found: Sequence[calibration.Calibration], curves: confidence.Curves) -> None:
    output.table(
        "On clips that the curves were not fitted on",
        ["answers", ">fitted on", ">judged on", ">error", ">now", ">loss", ">now", "kept"],
        [
            (
                one.name,
                one.fitted_on,
                one.judged_on,
                f"{one.error_before:.3f}",
                f"{one.error_after:.3f}",
                f"{one.loss_before:.3f}",
                f"{one.loss_after:.3f}",
                "yes" if one.name in curves else "no: it was better before",
            )
            for one in found
        ],
    )


def _show_acting(acts: acting.Acting) -> None:
    output.out.print()
    output.table(
        "Acting on a meaning, on clips not fitted on (cost per answer, in questions asked again)",
        ["thresholds moved", ">fitted on", ">judged on", ">cost", ">now", "kept"],
        [
            (
                ", ".join(acts.moved),
                str(acts.fitted_on),
                str(acts.judged_on),
                f"{acts.cost_before:.3f}",
                f"{acts.cost_after:.3f}",
                "yes" if acts.helps else "no: it was no better",
            )
        ],
    )


def _recorded(seconds: float) -> Sound:
    from audio.devices import record

    output.note(f"listening for {seconds:.0f} s …")
    return record(seconds)
