"""Finding models on this machine, and fetching them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import vosk

from audio.errors import AudioError, ModelMissing
from audio.recognition import models


@pytest.fixture(autouse=True)
def _no_models_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(models.MODELS_VARIABLE, raising=False)
    monkeypatch.delenv("VOSK_MODEL_PATH", raising=False)


def _vosk_folder(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "am" / "final.mdl").touch()
    return folder


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("vosk-model-small-en-us-0.15", "en-US"),
        ("vosk-model-small-cn-0.22", "zh-CN"),
        ("vosk-model-small-de-0.15", "de-DE"),
        ("vosk-model-en-us-0.22-lgraph", "en-GB"),
        ("fr-FR", "fr-FR"),
    ],
)
def test_finds_a_model_by_its_name_in_the_users_folder(name: str, language: str) -> None:
    folder = _vosk_folder(models.user_model_folder() / name)
    assert models.vosk_model(language) == folder


def test_a_model_of_another_language_does_not_serve() -> None:
    _vosk_folder(models.user_model_folder() / "vosk-model-small-de-0.15")
    assert models.vosk_model("en-US") is None


def test_an_empty_folder_with_the_right_name_is_no_model() -> None:
    (models.user_model_folder() / "vosk-model-small-en-us-0.15").mkdir(parents=True)
    assert models.vosk_model("en-US") is None


def test_the_named_folder_goes_before_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _vosk_folder(models.user_model_folder() / "vosk-model-small-en-us-0.15")
    named = _vosk_folder(tmp_path / "vosk-model-en-us-0.22")
    monkeypatch.setenv(models.MODELS_VARIABLE, str(named))
    assert models.vosk_model("en-US") == named


def test_a_package_carries_the_korean_model() -> None:
    folder = models.vosk_model("ko-KR")
    assert folder is not None
    assert (folder / "am" / "final.mdl").is_file()
    assert "ko" in models.vosk_languages()


def test_a_package_carries_an_english_whisper_which_serves_no_other_language() -> None:
    folder = models.whisper_model("en-US")
    assert folder is not None
    assert models.whisper_model("en-US", "tiny.en") == models.whisper_model("en-US", str(folder)) == folder
    assert models.whisper_model("ko-KR") is None
    assert models.whisper_model("en-US", "medium") is None


_NAME = "vosk-model-small-eo-0.42"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder served as Vosk's model site, with one small model on its list."""
    site = tmp_path / "site"
    site.mkdir()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{_NAME}/am/final.mdl", b"a model" * 50_000)
    (site / f"{_NAME}.zip").write_bytes(packed.getvalue())
    entry = {"lang": "eo", "name": _NAME, "type": "small", "obsolete": "false"}
    listed = [
        {**entry, "name": "vosk-model-small-eo-0.1", "obsolete": "true", "md5": ""},
        {**entry, "md5": hashlib.md5(packed.getvalue()).hexdigest()},
    ]
    (site / "model-list.json").write_text(json.dumps(listed))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}/"
        monkeypatch.setattr(vosk, "MODEL_PRE_URL", address)
        monkeypatch.setattr(vosk, "MODEL_LIST_URL", f"{address}model-list.json")
        yield site
        running.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.usefixtures("server")
def test_fetch_brings_the_small_model_and_tells_how_far_it_is() -> None:
    steps: list[tuple[int, int]] = []
    fetched = models.fetch("eo", lambda done, total: steps.append((done, total)))
    assert fetched.folder == models.vosk_model("eo") == models.user_model_folder() / _NAME
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def test_a_damaged_download_leaves_nothing_behind(server: Path) -> None:
    with (server / f"{_NAME}.zip").open("ab") as archive:
        archive.write(b"noise")
    with pytest.raises(AudioError, match="damaged"):
        models.fetch("eo")
    assert list(models.user_model_folder().iterdir()) == []


def test_a_model_that_is_there_is_not_downloaded_again(server: Path) -> None:
    first = models.fetch("eo")
    (server / f"{_NAME}.zip").unlink()
    assert models.fetch("eo") == first


@pytest.mark.usefixtures("server")
def test_what_is_left_of_a_broken_model_is_replaced() -> None:
    broken = models.user_model_folder() / _NAME
    broken.mkdir(parents=True)
    (broken / "README").touch()
    assert models.fetch("eo").folder == models.vosk_model("eo") == broken


@pytest.mark.parametrize("page", ["<html>Please log in</html>", '{"models": []}', '[{"name": "a model"}]'])
def test_a_network_that_answers_with_something_else_is_named(server: Path, page: str) -> None:
    (server / "model-list.json").write_text(page)
    with pytest.raises(AudioError, match="is not Vosk's list"):
        models.fetch("eo")


@pytest.mark.usefixtures("server")
def test_a_folder_that_takes_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AudioError, match="cannot be kept"):
        models.fetch("eo", into=tmp_path / "file")


@pytest.mark.usefixtures("server")
def test_a_language_without_a_small_model_is_named() -> None:
    with pytest.raises(ModelMissing, match="xx"):
        models.fetch("xx")


def test_without_network_the_hint_tells_where_to_put_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk, "MODEL_LIST_URL", "http://127.0.0.1:1/model-list.json")
    with pytest.raises(AudioError, match="could not be downloaded") as caught:
        models.fetch("eo")
    assert str(models.user_model_folder()) in caught.value.hint
