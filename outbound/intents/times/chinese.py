"""Times as Mandarin callees say them (明天下午三点, 半小时后, 下周一上午). Spaces and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from outbound.intents.times.spoken import Part, SpokenTime

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_WEEKDAYS = "一二三四五六日"
_NUMBER = r"(?:[零〇一二两俩三四五六七八九十]{1,3}|[0-9]{1,3})"

_VAGUE = re.compile(
    r"(?<![今明])[晚早]一?点|晚些|一会儿?|有一?点|[慢快声大小]一?点|一点[儿都也]|差一?点|等一?下|不早了|早就"
)
_AFTER_LUNCH = re.compile(r"(?:吃[完过]|过了)(?:午|中)饭|午饭(?:以后|之后|后)")
_CLOCK = re.compile(
    rf"(?P<hour>{_NUMBER})(?:点钟?|时(?![间候段])|:)(?:过)?"
    rf"(?P<minute>半|[一三]刻|{_NUMBER}分?(?!钟|个|小时|[天周后]))?(?:整)?(?P<before>之前|以前|前)?"
)
_DELAY = re.compile(
    rf"(?P<hours>半|{_NUMBER})个?(?P<half>半)?(?:小时|钟头)(?P<half_after>半)?(?:零?(?P<more>{_NUMBER})分钟?)?(?!前|以前|之前)"
    rf"|(?P<minutes>{_NUMBER})(?:分钟|分(?=以后|之后|后))(?!前|以前|之前)|(?P<quarters>{_NUMBER})刻钟"
)
_DELAY_DAYS = re.compile(rf"(?P<number>{_NUMBER})(?:天|个?(?P<week>星期|礼拜|周))(?:以后|之后|过后|后)")
_PASSING_DAYS = re.compile(rf"过(?P<number>{_NUMBER})(?:天|个?(?P<week>星期|礼拜|周))")
_DAYS = (("大后天", 3), ("后天", 2), ("后日", 2), ("明", 1), ("今", 0))
_WEEKDAY = re.compile(r"(?P<next>下*)个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])")
_NEXT_WEEK = re.compile(r"(?P<next>下+)个?(?:周|星期|礼拜)")
_MONTH_DAY = re.compile(rf"(?:(?P<month>{_NUMBER})月份?)?(?P<day>{_NUMBER})[号日](?!线|楼|码|键|门)")
_DAY_NAME = r"(?:[今明后][天晚]|(?:周|星期|礼拜)[一二三四五六日天末])"
_REFUSED = re.compile(rf"(?:除了?|不要|别){_DAY_NAME}|{_DAY_NAME}(?:都|也)?(?:不行|不方便|不可以|没空|没时间|不在)")
"""A day that is named to be left out."""
_ELSEWHEN = re.compile(
    r"昨[天晚]|前[天晚]|上个?(?:周|星期|礼拜|月)|圣诞|元旦|春节|过年|中秋|国庆|清明|端午|假期|下个?月|[明后去]年|\d月|[一二三四五六七八九十]月"
)
"""A time that is past, too far ahead, or a day that no rule here knows: to take the rest for today would be wrong."""
_PARTS = (
    (re.compile(r"凌晨|半夜"), Part.SMALL_HOURS),
    (re.compile(r"早上|早晨|清晨|上午|一早|[今明]早"), Part.MORNING),
    (re.compile(r"中午|正午|午间"), Part.NOON),
    (re.compile(r"下午|午后"), Part.AFTERNOON),
    (re.compile(r"傍晚"), Part.EVENING),
    (re.compile(rf"晚上|晚间|夜里|夜晚|[今明后]晚|晚(?={_NUMBER}点)"), Part.NIGHT),
)
_SAME_TIME = re.compile(r"这个?(?:时候|时间|点)|同一?时间|老时间")


def understand(words: str) -> SpokenTime:
    """The parts of a time in the words."""
    text = "".join(c for c in unicodedata.normalize("NFKC", words) if c.isalnum() or c == ":")
    text = _REFUSED.sub("|", _AFTER_LUNCH.sub("下午一点", _VAGUE.sub("|", text)))
    month_day = _MONTH_DAY.search(text)
    if not (month_day and month_day["month"]) and _ELSEWHEN.search(text):
        return SpokenTime()
    clock = _CLOCK.search(text)
    hour = _number(clock["hour"]) if clock else None
    if clock is None or hour is None or hour > 24:
        clock, hour = None, None
        if delay := _DELAY.search(text):
            return SpokenTime(delay=_delay(delay))
    rest = text[: clock.start()] + "|" + text[clock.end() :] if clock else text
    part = next((part for pattern, part in _PARTS if pattern.search(text)), None)
    ahead = _DELAY_DAYS.search(rest) or _PASSING_DAYS.search(rest)
    weekday = _WEEKDAY.search(rest)
    next_week = _NEXT_WEEK.search(rest)
    month_day = _MONTH_DAY.search(rest)
    day = next((days for word, days in _DAYS if word in rest), None)
    same_time = bool(_SAME_TIME.search(rest))
    if ahead:
        day = (_number(ahead["number"]) or 0) * (7 if ahead["week"] else 1)
        same_time = hour is None and part is None
        weekday = next_week = None
    return SpokenTime(
        days=day,
        weekday=_weekday(weekday["day"]) if weekday else None,
        weeks=len(week["next"]) if (week := weekday or next_week) else 0,
        month=_number(month_day["month"]) if month_day and month_day["month"] and day is None else None,
        month_day=_number(month_day["day"]) if month_day and day is None else None,
        hour=hour % 24 if hour is not None else None,
        minute=_minute(clock["minute"]) if clock else 0,
        part=part,
        same_time=same_time and hour is None,
        before=bool(clock and clock["before"]),
    )


def _number(text: str) -> int | None:
    """0-99 in Chinese or Arabic digits, the lower of two neighbours (三四点); None for what is no such number."""
    if text.isascii():
        return int(text)
    tens, ten, units = text.partition("十")
    if not ten:
        values = [_DIGITS[character] for character in text]
        return values[-1] if values[0] == 0 else values[0]
    if len(tens) > 1 or "十" in units:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units[0]] if units else 0)


def _minute(text: str | None) -> int:
    if not text:
        return 0
    if text == "半":
        return 30
    if text.endswith("刻"):
        return 15 if text[0] == "一" else 45
    minute = _number(text.removesuffix("分")) or 0
    return minute if minute < 60 else 0


def _delay(found: re.Match[str]) -> timedelta:
    if found["minutes"]:
        return timedelta(minutes=_number(found["minutes"]) or 0)
    if found["quarters"]:
        return timedelta(minutes=15 * (_number(found["quarters"]) or 0))
    hours = 0.5 if found["hours"] == "半" else float(_number(found["hours"]) or 0)
    if found["half"] or found["half_after"]:
        hours += 0.5
    return timedelta(hours=hours, minutes=_number(found["more"]) or 0 if found["more"] else 0)


def _weekday(character: str) -> int:
    return {"天": 6, "末": 5}.get(character, _WEEKDAYS.find(character))
