"""The campaign file as a model: every field, its type and its bounds.

Decides the language a marketer writes in. That its parts fit together is `consistency.py`; the script of one contact is
`compiling.py`; whether it is pleasant and lawful to hear is `campaigns/checks.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from campaigns.definition.compiling import compile_script
from campaigns.definition.text import LANGUAGE, LocalText, Text
from campaigns.definition.values import Address, Day, Days, Digits, Duration, Number, Several, TimeOfDay
from campaigns.fields import FieldType
from campaigns.intents import Intent
from campaigns.limits import Alarm
from campaigns.outcomes import Disposition, Scope
from campaigns.planning import MAX_CALLBACKS, NORMAL_PRIORITY
from campaigns.script import Collecting, Purpose, Recording, Script
from campaigns.variants import variant_for


class Matter(StrEnum):
    """What a call is about; frequency rules count calls on the same matter."""

    DELIVERY = "delivery"
    REFUND = "refund"
    RENEWAL = "renewal"
    PRICE_DROP = "price_drop"
    POINTS = "points"
    DISCOUNT = "discount"
    OTHER = "other"


def _language(tag: str) -> str:
    if not LANGUAGE.fullmatch(tag):
        raise ValueError(f'"{tag}" is not a language with its country. Write it like en-US, zh-CN or ko-KR')
    return tag


def _country(code: str) -> str:
    if code.upper() not in SUPPORTED_REGIONS:
        raise ValueError(f'"{code}" is not a country code. Write its two letters, like US, CN, GB or KR')
    return code.upper()


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f'"{name}" is not a time zone. Write it like America/New_York or Asia/Seoul')
    return name


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
Language = Annotated[str, AfterValidator(_language)]
Country = Annotated[str, AfterValidator(_country)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]


class Part(BaseModel):
    """A part of a campaign file: unchangeable, and without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


class Calling(Part):
    """When and how long to call. Times are the callee's own; the law of the callee's place narrows them further."""

    days: Days = frozenset(range(6))
    opens: TimeOfDay = Field(alias="from")
    closes: TimeOfDay = Field(alias="to")
    ring_seconds: Annotated[int, Field(ge=10, le=120)] = 25
    """How long it rings before that counts as no answer."""
    longest_seconds: Annotated[int, Field(ge=15, le=600)] = 120
    """A call is brought to a polite end by then."""
    max_attempts: Annotated[int, Field(ge=1, le=10)] = 3
    max_callbacks: Annotated[int, Field(ge=0, le=20)] = MAX_CALLBACKS
    """How often somebody may ask to be called another time; after that a person takes over."""
    opens_on: Day | None = None
    """The first day of calls, on the callee's calendar."""
    closes_on: Day | None = None
    """The last day of calls."""

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.opens_on and self.closes_on and self.opens_on > self.closes_on:
            raise ValueError("`opens_on` is after `closes_on`. Write the first day first")
        if self.opens >= self.closes:
            raise ValueError("`from` is not before `to`. Calls are made within one day, like from 09:00 to 20:00")
        return self


class Pacing(Part):
    """How quickly calls are placed; what is not given is not limited."""

    in_flight: Annotated[int, Field(ge=1, le=500)] | None = None
    """At most so many calls at a time."""
    per_second: Annotated[float, Field(ge=0.01, le=100)] | None = None
    per_hour: Annotated[float, Field(ge=1, le=360_000)] | None = None
    """At most so many calls are placed in an hour, evenly."""
    warm_up: Duration | None = None
    """Over so long the pace grows from a tenth to all of it."""


class Budgeting(Part):
    """What the campaign may spend in all. When it is used up, the campaign pauses."""

    calls: Annotated[int, Field(ge=1)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None
    """Of answered time."""


class Alarming(Part):
    """When too many people opt out, the campaign pauses."""

    opt_outs: Annotated[float, Field(gt=0, le=100)] = Alarm().opt_outs
    """Percent of the people spoken to."""
    conversations: Annotated[int, Field(ge=10)] = Alarm().conversations
    """Fewer prove nothing."""


class Retry(Part):
    """Try again after an attempt that ended in some way."""

    after: Duration
    times: Annotated[int, Field(ge=0, le=10)] = 1


class TransferTarget(Part):
    """Where a person is, and when: hours are the target's own, in `time_zone`; without hours, always."""

    address: Address = Field(repr=False)
    days: Days = frozenset(range(7))
    opens: TimeOfDay | None = Field(default=None, alias="from")
    closes: TimeOfDay | None = Field(default=None, alias="to")
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _hours_are_whole(self) -> Self:
        if len({self.opens is None, self.closes is None, self.time_zone is None}) > 1:
            raise ValueError("hours need all three of `from`, `to` and `time_zone`")
        return self

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there. Hours that end before they begin run past midnight, into the next day."""
        if self.opens is None or self.closes is None or self.time_zone is None:
            return True
        local = now.astimezone(ZoneInfo(self.time_zone))
        at, today = local.time(), local.weekday()
        if self.opens < self.closes:
            return today in self.days and self.opens <= at < self.closes
        since_yesterday = at < self.closes and (today - 1) % 7 in self.days
        return since_yesterday or (at >= self.opens and today in self.days)


class FieldDefinition(Part):
    """A field that each contact brings."""

    type: FieldType = FieldType.TEXT
    required: bool = True
    example: str | None = None
    """For checks and previews."""
    columns: Annotated[tuple[str, ...], Several] = ()
    """Further headings under which a contact list may have it."""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    """Of an amount that is written without one."""


class ChoiceDefinition(Part):
    """One answer to a question. Without `intent`, its own name is the intent if there is one of that name."""

    next: str
    intent: Intent | None = None
    phrases: Annotated[tuple[str, ...], Several] | dict[str, Annotated[tuple[str, ...], Several]] = ()
    """What people may say for it; or a list per language."""
    key: Annotated[str, Field(pattern="^[0-9#*]$")] | None = None
    """1-8 or #; the first free one by default."""
    label: Text = LocalText()
    """What it is called when the question is put again."""


def _or_only(name: str, either: Any) -> BeforeValidator:
    """A part with one field that matters may be written as that field's value alone."""

    def read(written: Any) -> Any:
        return {name: written} if isinstance(written, str) else written

    return BeforeValidator(read, json_schema_input_type=either)


class StepDefinition(Part):
    """One step of the script: what is said, and exactly one way on."""

    say: Text = LocalText()
    ask: dict[Name, Annotated[ChoiceDefinition, _or_only("next", str | ChoiceDefinition)]] | None = None
    """The answers that lead on, each with the step that follows."""
    collect: Collecting | None = None
    """What is asked for and stored, whatever it is; `next` follows."""
    branch: dict[str, str] | None = None
    """Conditions over fields and earlier answers, the first that holds leads on; the last is `else`."""
    transfer: str | None = None
    """The name of the person or desk that takes over."""
    end: bool = False
    """The goodbye is said after `say`, and the call is over."""
    next: str | None = None
    reprompt: Text = LocalText()
    """Said once after silence or something unclear, instead of the one that names answers and keys."""
    digits: Digits = (1, 12)
    """How many are collected: 4, or 4-6."""
    listen_seconds: Annotated[float, Field(ge=2, le=30)] = 6.0
    """How long an answer may take to begin."""
    interruptible: bool = True
    pace: Annotated[float, Field(ge=0.5, le=1.5)] | None = None
    """1.0 is the campaign's own."""


class Voice(Part):
    """Which voice speaks, of which engine, and how fast; 1.0 is its own pace."""

    engine: str | None = None
    name: str | None = None
    pace: Annotated[float, Field(ge=0.5, le=1.5)] = 1.0


def _voices(written: Any) -> Any:
    """One setting for all languages is held under "", as a text without a language is."""
    if isinstance(written, Mapping) and not any(LANGUAGE.fullmatch(str(key)) for key in written):
        return {"": written}
    return written


_VOICE_SCHEMA = {
    "description": "Voice settings; or settings per language (en-US: {pace: 0.9}).",
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "object"]},
}


class CampaignDefinition(Part):
    """A campaign: what to say, to whom, when, under which rules. Read one with `load` or `parse`."""

    name: Annotated[str, Field(alias="campaign", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
    """The campaign's own name; renaming it makes another campaign."""
    brand: Annotated[str, Field(min_length=1, max_length=60)]
    """Who calls; said in the first sentence."""
    about: Text
    """What the call is about, as it follows "about": your order."""
    purpose: Purpose
    """Marketing: only people who agreed to it may be called, and the way out is said first."""
    matter: Matter = Matter.OTHER
    """What it is about, for the rules that count calls on the same matter."""
    language: Language
    more_languages: Annotated[tuple[Language, ...], Several] = ()
    """Further languages; every text then has a wording for each."""
    caller_id: Number
    """The number that the callee sees."""
    callback_number: Number
    """The number that is said in the call."""
    countries: Annotated[tuple[Country, ...], Field(min_length=1), Several]
    """Numbers of other countries are not called."""
    calling: Calling
    retry: Mapping[Disposition, Retry] = Field(default_factory=dict)
    """When to try again, by how a call ended."""
    pace: Pacing = Field(default_factory=Pacing)
    """How quickly calls are placed."""
    budget: Budgeting = Field(default_factory=Budgeting)
    """What the campaign may spend in all."""
    alarm: Alarming = Field(default_factory=Alarming)
    """How many opt-outs are too many."""
    priority: Annotated[int, Field(ge=1, le=9)] = NORMAL_PRIORITY
    """9 is called first, 1 when nobody else waits."""
    share: Annotated[int, Field(ge=1, le=100)] = 1
    """Of the channels, beside other campaigns of the same priority: 2 gets twice as many as 1."""
    opt_out_scope: Scope = Scope.BRAND
    """How far "never call me again" reaches."""
    fields: dict[Name, Annotated[FieldDefinition, _or_only("type", FieldType | FieldDefinition)]] = Field(
        default_factory=dict
    )
    """The columns of the contact list, besides phone."""
    transfer: dict[Name, Annotated[TransferTarget, _or_only("address", str | TransferTarget)]] = Field(
        default_factory=dict
    )
    """Who takes over when a person is wanted; the first is the one for "agent" and 0."""
    variants: dict[Name, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    """A/B wordings and their weights, such as {short: 50, full: 50}."""
    voice: Annotated[dict[str, Voice], BeforeValidator(_voices), WithJsonSchema(_VOICE_SCHEMA)] = Field(
        default_factory=dict
    )
    script: dict[Name, StepDefinition]
    """The steps by name; the call begins with the first."""
    answers: dict[Intent, Text] = Field(default_factory=dict)
    """What the robot can answer: question_when, question_price, question_which."""
    voicemail: Text = LocalText()
    """Left after the beep; without it a machine hears nothing."""
    record: bool = False
    """Keep the sound of calls, where the law of the callee's place allows it; it is announced where it must be."""
    phrases: dict[str, Text] = Field(default_factory=dict)
    """Standard phrases in other words, by name."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The main language first."""
        return (self.language, *self.more_languages)

    @property
    def start(self) -> str:
        """The step a call begins with: the first that is written."""
        return next(iter(self.script))

    def voice_for(self, language: str) -> Voice:
        """The voice settings of a language: its own, those for all languages, or the engine's."""
        return self.voice.get(language) or self.voice.get("") or Voice()

    def example_script(self, language: str, fields: Mapping[str, str], variant: str | None = None) -> Script:
        """The script of a contact of one's choice, for previews: with a variant by name, or the first."""
        chosen = variant or next(iter(self.variants), "")
        return compile_script(self, language, fields, chosen, self.countries[0], recording=Recording.ANNOUNCED)

    def script_for(
        self,
        language: str,
        fields: Mapping[str, str],
        contact_key: str,
        country: str | None = None,
        recording: Recording = Recording.NEVER,
    ) -> Script:
        """The script of one contact, every text rendered.

        Args:
            language: the contact's; texts that are missing in it are taken from the campaign's own.
            fields: canonical texts, as `campaigns.audience` makes them.
            contact_key: decides the variant; the same key always hears the same one.
            country: of the callee, for the emergency number; the campaign's first by default.
            recording: what the law allows for this call; nothing is recorded unless the campaign wants it.

        Raises:
            CampaignError: a field is missing or not canonical.
        """
        variant = variant_for(self.name, self.variants, contact_key)
        return compile_script(self, language, fields, variant, country or self.countries[0], recording)
