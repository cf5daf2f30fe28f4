"""The settings: a file, the environment, and a password that is in neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from outbound.errors import OutboundError
from outbound.lines.sip import SipSettings
from outbound.lines.sip.settings import Join

FILE = """
server: sip.example.com:5070
user: robot
transport: tls
register: true
codecs: [g722, pcma]
allow: ["+44", "+4930"]
caller_id: "+4989555123"
join: bridge
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sip.yaml"
    path.write_text(FILE)
    return path


def test_a_file_says_where_calls_go(path: Path) -> None:
    settings = SipSettings.load(path, {})
    assert settings.register_account
    assert settings.join is Join.BRIDGE
    assert settings.rate == 16_000
    assert settings.address("+4930123456") == "sip:+4930123456@sip.example.com:5070;transport=tls"


def test_the_environment_overrides_the_file(path: Path) -> None:
    environment = {"OUTBOUND_SIP_SERVER": "other.example.com", "OUTBOUND_SIP_CODECS": "pcmu, pcma"}
    settings = SipSettings.load(path, environment)
    assert settings.server == "other.example.com"
    assert settings.rate == 8_000


def test_the_environment_alone_is_enough() -> None:
    environment = {"OUTBOUND_SIP_SERVER": "10.0.0.1", "OUTBOUND_SIP_USER": "robot", "OUTBOUND_SIP_ALLOW": "+1"}
    assert SipSettings.load(None, environment).allow == ("+1",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("password: secret", "password"),
        ("allow: []", "allow"),
        ("allow: ['0049']", "allow"),
        ("server: 'a b'", "server"),
        ("codec: [pcmu]", "codec"),
        ("rtp_ports: [9, 3]", "lower one first"),
        ("user: 'x@y'", "user"),
    ],
)
def test_a_mistake_is_named_with_a_hint_and_without_secrets(change: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "sip.yaml"
    key = change.partition(":")[0]
    kept = [line for line in FILE.splitlines() if not line.startswith(f"{key}:")]
    path.write_text("\n".join([*kept, change]))
    with pytest.raises(OutboundError, match=said) as failure:
        SipSettings.load(path, {})
    assert failure.value.hint
    assert "secret" not in str(failure.value)


def test_the_allow_list_has_no_default() -> None:
    with pytest.raises(OutboundError, match="allow"):
        SipSettings.load(None, {"OUTBOUND_SIP_SERVER": "10.0.0.1", "OUTBOUND_SIP_USER": "robot"})


def test_the_password_comes_from_the_environment_or_a_file_and_never_shows(tmp_path: Path, path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    assert SipSettings.load(path, {}).password({"OUTBOUND_SIP_PASSWORD": "shh"}) == "shh"
    from_file = SipSettings.load(path, {"OUTBOUND_SIP_PASSWORD_FILE": str(secret)})
    assert from_file.password({}) == "hush"
    assert "hush" not in repr(from_file)
    secret.unlink()
    with pytest.raises(OutboundError, match="password"):
        from_file.password({})


@pytest.mark.parametrize(
    ("plus", "prefix", "user"),
    [(True, "", "+4930123456"), (False, "", "4930123456"), (False, "00", "004930123456"), (True, "9", "94930123456")],
)
def test_numbers_travel_as_the_trunk_wants_them(plus: bool, prefix: str, user: str) -> None:
    settings = SipSettings.model_validate(
        {"server": "10.0.0.1", "user": "robot", "allow": ["+49"], "plus": plus, "dial_prefix": prefix}
    )
    assert settings.address("+4930123456") == f"sip:{user}@10.0.0.1;transport=udp"
