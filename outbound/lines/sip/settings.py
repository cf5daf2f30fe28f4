"""Where SIP calls go and how: one trunk or one registered account.

Decides the settings file (YAML) and the environment variables that override it, and where the password comes from:
the environment or a file of its own, never the settings. What is allowed to be dialled is written here too and
enforced by `guard.py`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from audio.pcm import TELEPHONE_RATE, WIDEBAND_RATE
from outbound.errors import OutboundError

ENVIRONMENT_PREFIX = "OUTBOUND_SIP_"
PASSWORD_VARIABLE = "OUTBOUND_SIP_PASSWORD"  # noqa: S105 - the variable's name
_LISTS = frozenset({"codecs", "allow", "transfer_hosts"})

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{0,14}$")]
"""The beginning of an E.164 number, "+44"; a whole number allows just that one."""
Number = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{4,14}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:]+\](:\d{1,5})?$")]
"""A name or an address, with a port where it is not SIP's own."""
User = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.!~*'()&=+$,\-]+$")]


class Codec(StrEnum):
    PCMU = "pcmu"
    PCMA = "pcma"
    G722 = "g722"
    OPUS = "opus"

    @property
    def spec(self) -> str:
        """The stack's own name: name, rate and channels where these are not the telephone's."""
        return {Codec.G722: "g722/16000/1", Codec.OPUS: "opus/48000/2"}.get(self, self.value)

    @property
    def wideband(self) -> bool:
        return self in (Codec.G722, Codec.OPUS)


class CallerIdIn(StrEnum):
    """Where a trunk expects the caller's number."""

    FROM = "from"
    ASSERTED = "p-asserted-identity"
    """RFC 3325; what trusted trunks read."""
    PREFERRED = "p-preferred-identity"


class Join(StrEnum):
    """How a callee and a person are brought together."""

    BLIND = "blind"
    """REFER (RFC 3515): the trunk or PBX calls the person; we hear only the outcome."""
    WARM = "warm"
    """We call the person first and say who it is; then REFER with Replaces (RFC 3891), else a bridge."""
    BRIDGE = "bridge"
    """As warm, but the two are always joined here: for trunks that take no REFER. Uses the channel until the end."""


class SipSettings(BaseModel):
    """A trunk, or an account that registers.

    Attributes:
        server: the trunk's or registrar's host, with a port where it is not SIP's own.
        user: the account's user part; a trunk without accounts takes the main number.
        auth_user: name for the digest, where it differs from `user`.
        password_file: file whose first line is the password; else OUTBOUND_SIP_PASSWORD; neither: a trunk by address.
        proxy: outbound proxy, where requests do not go to `server` itself.
        local_address: the address or interface to call from, where the machine has several.
        ca_file: certificate authority of a TLS server, where it is not a public one.
        plus: numbers travel as +4930…; False where the trunk wants bare digits after `dial_prefix`.
        caller_id: E.164 shown where a campaign gives none.
        media_timeout_seconds: without any RTP for so long, an answered call counts as lost (a lost BYE, too).
        trunk_silence_seconds: without any answer to the INVITE for so long, the route counts as down.
        inband_keys: look for keys in the sound as well, for a trunk that sends no RFC 4733 events. Costs computing.
        jitter_ms: the playout delay, lowest and highest: it evens out the network's, and every reply waits for it.
        allow: prefixes of numbers that may be dialled, for transfers as well. There is no default: name them.
        transfer_hosts: hosts besides `server` to which a SIP address as a transfer target may lead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: Host
    user: User
    allow: Annotated[tuple[Prefix, ...], Field(min_length=1)]
    auth_user: User | None = None
    password_file: Path | None = None
    register_account: bool = Field(default=False, alias="register")
    register_seconds: int = Field(default=300, ge=30)
    proxy: Host | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    local_address: str | None = None
    local_port: int = Field(default=0, ge=0, le=65_535)
    ca_file: Path | None = None
    rtp_ports: tuple[int, int] = (10_000, 20_000)
    codecs: Annotated[tuple[Codec, ...], Field(min_length=1)] = (Codec.PCMU, Codec.PCMA)
    channels: int = Field(default=10, ge=1, le=500)
    plus: bool = True
    dial_prefix: str = Field(default="", pattern=r"^[\d*#]*$")
    caller_id: Number | None = None
    caller_id_in: CallerIdIn = CallerIdIn.FROM
    join: Join = Join.WARM
    transfer_hosts: tuple[Host, ...] = ()
    media_timeout_seconds: float = Field(default=20.0, ge=1)
    trunk_silence_seconds: float = Field(default=6.0, ge=1)
    inband_keys: bool = False
    jitter_ms: tuple[int, int] = (60, 200)
    max_call_seconds: float = Field(default=900.0, gt=0)
    max_calls_per_day: int = Field(default=1_000, ge=1)
    max_minutes_per_day: float = Field(default=2_000.0, gt=0)

    @model_validator(mode="after")
    def _ranges_rise(self) -> SipSettings:
        if self.rtp_ports[0] >= self.rtp_ports[1] or self.jitter_ms[0] > self.jitter_ms[1]:
            raise ValueError("rtp_ports and jitter_ms are two numbers, the lower one first")
        return self

    @classmethod
    def load(cls, path: Path | None, environment: Mapping[str, str] = os.environ) -> SipSettings:
        """The settings of a YAML file; OUTBOUND_SIP_SERVER and the like override it, lists with commas.

        Raises:
            OutboundError: the file cannot be read, or a value does not fit.
        """
        values: dict[str, Any] = _read(path) if path is not None else {}
        for name in cls._names():
            given = environment.get(ENVIRONMENT_PREFIX + name.upper())
            if given is not None:
                values[name] = [part.strip() for part in given.split(",")] if name in _LISTS else given
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise OutboundError(
                f"the SIP settings do not fit: {where}: {first['msg']}",
                f"set it in the settings file or as {ENVIRONMENT_PREFIX}{where.upper()}",
            ) from None

    @classmethod
    def _names(cls) -> list[str]:
        return [field.alias or name for name, field in cls.model_fields.items()]

    def password(self, environment: Mapping[str, str] = os.environ) -> str:
        """The secret, read at the moment of use; empty for a trunk that knows us by address.

        Raises:
            OutboundError: the file that should hold it cannot be read.
        """
        if self.password_file is None:
            return environment.get(PASSWORD_VARIABLE, "")
        try:
            return self.password_file.read_text(encoding="utf-8").split("\n", 1)[0].strip()
        except OSError as error:
            raise OutboundError(
                f"cannot read the SIP password: {error.strerror}",
                f"check password_file, or set {PASSWORD_VARIABLE} instead",
            ) from error

    @property
    def rate(self) -> int:
        """Hz of every channel: wideband as soon as a wideband codec is offered; narrow calls are resampled."""
        return WIDEBAND_RATE if any(codec.wideband for codec in self.codecs) else TELEPHONE_RATE

    def address(self, number: str) -> str:
        """The SIP address of an E.164 number on this trunk."""
        digits = number.removeprefix("+")
        user = f"+{digits}" if self.plus and not self.dial_prefix else f"{self.dial_prefix}{digits}"
        return f"sip:{user}@{self.server};transport={self.transport}"


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise OutboundError(f"cannot read the SIP settings {path}", "give a YAML file; see docs/sip.md") from error
    if not isinstance(values, dict):
        raise OutboundError(f"the SIP settings {path} are empty", "see docs/sip.md for an example")
    if "password" in values:
        raise OutboundError(
            "the SIP settings hold a password",
            f"take it out; set {PASSWORD_VARIABLE} or password_file instead",
        )
    return values
