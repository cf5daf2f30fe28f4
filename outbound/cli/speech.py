"""`outbound speech`: which voices and recognisers are here, and how they sound and hear.

Decides nothing about speech: it shows what `audio` offers and lets a person try it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from audio import recognition, synthesis
from audio.pcm import Sound, read_wav, write_wav
from campaigns.intents import Intent
from outbound.cli import output
from outbound.intents import understanding_for

app = typer.Typer(help="The voices that speak and the engines that listen.", no_args_is_help=True)

Language = Annotated[str, typer.Option("--language", "-l", help="BCP 47 tag: en-US, zh-CN, ko-KR.")]


@app.command("list")
def list_(json: output.Json = False) -> None:
    """Show every voice and recogniser, what each language falls back to, and how to get what is missing.

    Example: outbound speech list
    """
    voices, engines = list(synthesis.available()), recognition.available()
    if json:
        output.emit_json({"voices": voices, "engines": engines})
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
    output.out.print("\nA language that no recogniser understands is answered by keys alone, and the call says so.")


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
    file: Annotated[Path | None, typer.Argument(help="A WAV file with one answer.")] = None,
    microphone: Annotated[bool, typer.Option("--microphone", help="Listen to the microphone instead.")] = False,
    seconds: Annotated[float, typer.Option(min=1, max=30, help="How long to listen to the microphone.")] = 4.0,
    language: Language = "en-US",
    engine: Annotated[str | None, typer.Option(help="vosk, whisper or pocketsphinx.")] = None,
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
    sound = _recorded(seconds) if file is None else read_wav(file)
    recognizer = recognition.recognizer_for(language, engine)
    if recognizer is None:
        output.fail(
            f"no recogniser understands {language} here",
            f"callees answer by keys; 'outbound speech fetch {language}' brings a Vosk model",
        )
    understanding = understanding_for(language)
    asked = frozenset(expecting or ())
    began = time.perf_counter()
    listening = recognizer.listen(understanding.expected(asked), sound.rate)
    listening.feed(sound.samples)
    transcript = listening.finish()
    meaning = understanding.meaning(transcript, asked)
    took = time.perf_counter() - began
    if json:
        output.emit_json(
            {"transcript": transcript, "meaning": meaning, "seconds": sound.seconds, "computing_seconds": took}
        )
        return
    output.table(
        "",
        ["words", "sure", "meaning", "sure", "engine", ">computing"],
        [
            (
                transcript.text or "-",
                f"{transcript.confidence:.0%}",
                meaning.intent,
                f"{meaning.confidence:.0%}",
                transcript.engine,
                f"{took * 1000:.0f} ms",
            )
        ],
    )


def _recorded(seconds: float) -> Sound:
    from audio.devices import record

    output.note(f"listening for {seconds:.0f} s …")
    return record(seconds)
