"""Reading Korean aloud: Sino-Korean numerals from num2words, native ones where things are counted."""

from __future__ import annotations

import re
from typing import Final

from num2words import num2words

from audio.synthesis.reading import patterns
from audio.synthesis.reading.patterns import APART, CLOCK, ENDED, NAME_ENDED, NUMBER, Rule, rule

_DIGITS: Final = "영일이삼사오육칠팔구"
_TELEPHONE_DIGITS: Final = "공일이삼사오육칠팔구"
"""In telephone and order numbers zero is gong."""
_LARGEST: Final = 16
_LETTERS: Final = {
    "A": "에이", "B": "비", "C": "씨", "D": "디", "E": "이", "F": "에프", "G": "지", "H": "에이치",
    "I": "아이", "J": "제이", "K": "케이", "L": "엘", "M": "엠", "N": "엔", "O": "오", "P": "피", "Q": "큐",
    "R": "알", "S": "에스", "T": "티", "U": "유", "V": "브이", "W": "더블유", "X": "엑스", "Y": "와이", "Z": "제트",
}  # fmt: skip
_NATIVE_ONES: Final = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS: Final = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_COUNTED: Final = "개월|개|명|번째|번|시간|시|살|잔|병|권|대|마리|장|켤레|군데|가지|분(?=께|이|의)"
_SINO_COUNTED: Final = frozenset({"개월"})
_MONEY: Final = {
    "₩": "원", "KRW": "원", "$": "달러", "USD": "달러", "€": "유로", "EUR": "유로",
    "£": "파운드", "GBP": "파운드", "¥": "위안", "CNY": "위안",
}  # fmt: skip
_UNITS: Final = {
    "kg": "킬로그램",
    "g": "그램",
    "km": "킬로미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "ml": "밀리리터",
    "m": "미터",
}
_MONTHS: Final = {6: "유월", 10: "시월"}


def cardinal(digits: str) -> str:
    """An amount in Sino-Korean words; digit by digit when it has more than 16 digits."""
    digits = digits.lstrip("0") or "0"
    return one_by_one(digits) if len(digits) > _LARGEST else str(num2words(int(digits), lang="ko"))


def native(count: int) -> str:
    """A count of things, 1-99, in the form that stands before what is counted."""
    if count == 20:
        return "스무"
    return _NATIVE_TENS[count // 10] + _NATIVE_ONES[count % 10]


def one_by_one(digits: str, names: str = _DIGITS) -> str:
    return "".join(names[int(digit)] for digit in digits)


def number(text: str) -> str:
    whole, decimals = patterns.amount(text)
    return f"{cardinal(whole)} 점 {one_by_one(decimals)}" if decimals else cardinal(whole)


def spelled(code: str) -> str:
    """Letters by name and digits one by one, with a comma where people pause."""
    parts = [part for run in patterns.runs(code) for part in (patterns.grouped(run) if run.isdigit() else [run])]
    between = " " if sum(map(len, parts)) <= 4 else ", "
    return between.join(
        one_by_one(p, _TELEPHONE_DIGITS) if p.isdigit() else " ".join(_LETTERS[c] for c in p.upper()) for p in parts
    )


def _telephone(match: re.Match[str]) -> str:
    return ", ".join(one_by_one(group, _TELEPHONE_DIGITS) for group in patterns.lone_digits(match[0]))


def _month(month: int) -> str:
    return _MONTHS.get(month) or f"{cardinal(str(month))}월"


def _date(match: re.Match[str]) -> str:
    day = patterns.calendar_date(match)
    if day is None:
        return spelled(match[0])
    return f"{cardinal(match['year'])}년 {_month(day.month)} {cardinal(str(day.day))}일"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if minute == 0 and hour in (0, 12, 24):
        return "정오" if hour == 12 else "자정"
    half = "오전" if hour % 24 < 12 else "오후"
    minutes = "" if minute == 0 else " 반" if minute == 30 else f" {cardinal(str(minute))}분"
    return f"{half} {native(hour % 12 or 12)}시{minutes}"


def _money(match: re.Match[str]) -> str:
    unit = _MONEY[match["mark"].upper()]
    return f"{number(match['amount'])}{match['scale'] or ''} {unit}"


def _counted(match: re.Match[str]) -> str:
    count, unit = int(match["count"]), match["unit"]
    if unit in _SINO_COUNTED or not 1 <= count <= 99:
        return f"{cardinal(match['count'])} {unit}"
    return f"{native(count)} {unit}"


def _address(address: str) -> str:
    words = {
        ".": " 점 ",
        "/": " 슬래시 ",
        "@": " 골뱅이 ",
        "-": " 대시 ",
        "_": " 밑줄 ",
        "+": " 더하기 ",
        "%": " 퍼센트 ",
    }
    spaced = re.sub(r"[0-9]+", lambda m: f" {one_by_one(m[0])} ", address.rstrip("/")).replace("~", "")
    return "".join(words.get(c, c) for c in spaced)


_SCALE: Final = r"(?P<scale>천만|백만|만|억|천)?"

RULES: Final[tuple[Rule, ...]] = (
    rule(patterns.EMAIL, lambda m: _address(m[0])),
    rule(patterns.URL, lambda m: _address(m["address"])),
    rule(patterns.ISO_DATE, _date),
    rule(rf"{APART}([0-9]{{1,2}})\s?월(?!요)", lambda m: _month(int(m[1])) if 1 <= int(m[1]) <= 12 else m[0]),
    rule(rf"{CLOCK}", _time),
    rule(rf"(?P<mark>[$€£¥₩])\s?(?P<amount>{NUMBER})\s?{_SCALE}", _money),
    rule(rf"{APART}(?P<amount>{NUMBER})\s?{_SCALE}\s?(?P<mark>CNY|USD|EUR|GBP|KRW){ENDED}", _money),
    rule(rf"{APART}({NUMBER})\s?(천만|백만|만|억|천)?\s?(?=원)", lambda m: f"{number(m[1])}{m[2] or ''} "),
    rule(patterns.INTERNATIONAL, _telephone),
    rule(patterns.TELEPHONE, _telephone),
    rule(
        r"(?P<word>번호|코드|주문)(?P<gap>[은는이가:\s#]*)"
        rf"(?P<digits>[0-9]{{3,}})(?!\s?[원개건명번]){NAME_ENDED}",
        lambda m: f"{m['word']}{m['gap'].replace('#', '')}{spelled(m['digits'])}",
    ),
    rule(rf"#\s?([0-9]+){ENDED}", lambda m: f"{cardinal(m[1]) if len(m[1]) < 3 else spelled(m[1])}번"),
    rule(rf"{APART}({NUMBER})\s?%", lambda m: f"{number(m[1])} 퍼센트"),
    rule(rf"{APART}({NUMBER})\s?°\s?C?", lambda m: f"{number(m[1])}도"),
    rule(
        rf"{APART}(?P<number>{NUMBER})\s?(?P<unit>(?-i:{'|'.join(_UNITS)})){ENDED}",
        lambda m: f"{number(m['number'])} {_UNITS[m['unit']]}",
    ),
    rule(patterns.CODE, lambda m: spelled(m[0])),
    rule(patterns.LONG_DIGITS, lambda m: spelled(m[0])),
    rule(
        rf"{APART}({NUMBER})\s?[-–—~]\s?({NUMBER})(?![A-Za-z0-9]|-[0-9])",
        lambda m: f"{number(m[1])}에서 {number(m[2])}",
    ),
    # "1번" is key one (일 번) after 키 or 버튼 and in "1번을 누르"; elsewhere once (한 번).
    rule(rf"{APART}([0-9]+)\s?번(?=을?\s?(?:누르|눌러|버튼|키|선택))", lambda m: f"{cardinal(m[1])} 번"),
    rule(rf"{APART}(?P<count>[0-9]{{1,4}})\s?(?P<unit>{_COUNTED})", _counted),
    rule(rf"(?<![\w.])[-−]({NUMBER})", lambda m: f"마이너스 {number(m[1])}"),
    rule(NUMBER, lambda m: number(m[0])),
    rule(r"(?<!\w)\*(?=\s?(?:표|키|버튼|를|을))|\*(?=\s?(?:누르|눌러))", "별표"),
    rule(r"#(?=\s?(?:키|버튼|을|를|누르|눌러))", "우물 정자"),
    rule(r"\s?&\s?", " 앤드 "),
    rule(r"[*_#~^|<>\\\[\]{}=`\"“”@+/]", " "),
)
