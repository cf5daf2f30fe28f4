"""Times as Korean callees say them (내일 오후 세 시, 한 시간 뒤에, 다음 주 월요일 오전). Spacing does not matter."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from outbound.intents.times.spoken import Part, SpokenTime

_NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6,
    "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "열한": 11, "열두": 12,
}  # fmt: skip
_SINO = {character: value for value, character in enumerate("영일이삼사오육칠팔구")}
_COUNTED_DAYS = {"하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "일주일": 7, "열흘": 10, "보름": 15}
_WEEKDAYS = "월화수목금토일"

_NATIVE_NUMBER = "(?:열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉)"
_TENS = "(?:[이삼사오육칠팔구]?십[일이삼사오육칠팔구]?)"
_SINO_NUMBER = f"(?:{_TENS}|[영일이삼사오육칠팔구])"
_HOUR = rf"(?:{_NATIVE_NUMBER}|이?십[일이삼사오육칠팔구]?|[0-9]{{1,2}})"
_NUMBER = rf"(?:{_SINO_NUMBER}|[0-9]{{1,3}})"

_AFTER_LUNCH = re.compile(r"점심(?:시간)?(?:먹고|지나|끝나고|이?후)")
_CLOCK = re.compile(rf"(?P<hour>{_HOUR})(?:시(?!간)|:)(?P<minute>반|{_NUMBER}분|{_TENS})?(?P<before>이?전)?")
_DELAY = re.compile(
    rf"(?P<hours>반|{_HOUR})시간(?P<half>반)?(?:(?P<more>{_NUMBER})분)?(?!전)|(?P<minutes>{_NUMBER})분(?!전)"
)
_LATER = r"(?:정도|쯤|만)?(?:더)?(?:뒤|후|있다|이따|지나)"
_DELAY_DAYS = re.compile(rf"(?:(?P<counted>{'|'.join(_COUNTED_DAYS)})|(?P<number>{_NUMBER})(?P<unit>일|주일?)){_LATER}")
_DAYS = (("글피", 3), ("모레", 2), ("내일", 1), ("낼", 1), ("오늘", 0))
_WEEKDAY = re.compile(rf"(?P<day>[{_WEEKDAYS}])요일|주말")
_NEXT_WEEK = re.compile(r"(?P<after_next>다다음주)|다음주|담주|차주|다음(?=[월화수목금토일]요일)")
_MONTH_DAY = re.compile(rf"(?<![월화수목금토])(?P<day>{_NUMBER})일(?=날|[에은 ]|오전|오후|아침|저녁|낮|밤|새벽|$)")
_DATE = re.compile(rf"(?P<month>{_NUMBER}|유|시)월(?!요)(?P<day>{_NUMBER})일")
_MONTHS = {"유": 6, "시": 10}
_DAY_NAME = rf"(?:오늘|내일|모레|주말|[{_WEEKDAYS}]요일)"
_REFUSED = re.compile(rf"{_DAY_NAME}(?:은|는|엔|에는)?(?:빼고|말고|제외|안돼|안되|못받|어려|힘들|바빠|바쁘|곤란)")
"""A day that is named to be left out."""
_ELSEWHEN = re.compile(
    rf"어제|그저께|지난(?:주|달|번|해)|크리스마스|성탄절|설날|추석|명절|연휴|다음달|담달|내년|작년|(?:{_NUMBER}|유|시)월(?!요)"
)
"""A time that is past, too far ahead, or a day that no rule here knows: to take the rest for today would be wrong."""
_PARTS = (
    ("새벽", Part.SMALL_HOURS),
    ("오전", Part.MORNING),
    ("아침", Part.MORNING),
    ("오후", Part.AFTERNOON),
    ("저녁", Part.EVENING),
    ("밤", Part.NIGHT),
    ("정오", Part.NOON),
    ("점심", Part.NOON),
    ("낮", Part.NOON),
)
_SAME_TIME = re.compile(r"이시간|같은시간|이맘때")


def understand(words: str) -> SpokenTime:
    """The parts of a time in the words."""
    text = "".join(c for c in unicodedata.normalize("NFKC", words) if c.isalnum() or c == ":")
    text = _REFUSED.sub(" ", _AFTER_LUNCH.sub("낮한시", text.replace("자정", "밤열두시")))
    date_said = _DATE.search(text)
    if date_said is None and _ELSEWHEN.search(text):
        return SpokenTime()
    text = text.replace(date_said[0], " ") if date_said else text
    clock = _CLOCK.search(text)
    hour = _number(clock["hour"]) if clock else None
    if clock is None or hour is None or hour > 24:
        clock, hour = None, None
        if delay := _DELAY.search(text):
            return SpokenTime(delay=_delay(delay))
    rest = text[: clock.start()] + " " + text[clock.end() :] if clock else text
    part = next((part for word, part in _PARTS if word in rest), None)
    ahead = _DELAY_DAYS.search(rest)
    weekday = _WEEKDAY.search(rest)
    next_week = _NEXT_WEEK.search(rest)
    month_day = date_said or _MONTH_DAY.search(rest)
    day = next((days for word, days in _DAYS if word in rest), None)
    same_time = bool(_SAME_TIME.search(rest))
    if ahead:
        day = _days_ahead(ahead)
        same_time = hour is None and part is None
        weekday = next_week = None
    return SpokenTime(
        days=day,
        weekday=(_WEEKDAYS.index(weekday["day"]) if weekday["day"] else 5) if weekday else None,
        weeks=(2 if next_week["after_next"] else 1) if next_week else 0,
        month=_MONTHS.get(date_said["month"]) or _number(date_said["month"]) if date_said and day is None else None,
        month_day=_number(month_day["day"]) if month_day and day is None else None,
        hour=hour % 24 if hour is not None else None,
        minute=_minute(clock["minute"]) if clock else 0,
        part=part,
        same_time=same_time and hour is None,
        before=bool(clock and clock["before"]),
    )


def _number(text: str) -> int:
    """A native or Sino-Korean number below 100, or digits."""
    if text.isascii():
        return int(text)
    if text in _NATIVE:
        return _NATIVE[text]
    tens, ten, units = text.partition("십")
    if not ten:
        return _SINO[text]
    return (_SINO[tens] if tens else 1) * 10 + (_SINO[units] if units else 0)


def _minute(text: str | None) -> int:
    if not text:
        return 0
    minute = 30 if text == "반" else _number(text.removesuffix("분"))
    return minute if minute < 60 else 0


def _delay(found: re.Match[str]) -> timedelta:
    if found["minutes"]:
        return timedelta(minutes=_number(found["minutes"]))
    hours = 0.5 if found["hours"] == "반" else float(_number(found["hours"]))
    return timedelta(
        hours=hours + (0.5 if found["half"] else 0), minutes=_number(found["more"]) if found["more"] else 0
    )


def _days_ahead(found: re.Match[str]) -> int:
    if found["counted"]:
        return _COUNTED_DAYS[found["counted"]]
    return _number(found["number"]) * (1 if found["unit"] == "일" else 7)
