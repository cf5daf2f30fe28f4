"""Reading Mandarin aloud. num2words has no Chinese, so the numerals are made here, in their spoken forms."""

from __future__ import annotations

import re
from typing import Final

from audio.synthesis.reading import patterns
from audio.synthesis.reading.patterns import APART, CLOCK, ENDED, NAME_ENDED, NUMBER, Rule, rule

_DIGITS: Final = "零一二三四五六七八九"
_TELEPHONE_DIGITS: Final = "零幺二三四五六七八九"
"""On the telephone one is said yao, because yi sounds like seven."""
_PLACES: Final = ("", "十", "百", "千")
_MYRIADS: Final = ("", "万", "亿", "万亿")
_LARGEST: Final = 16
_MONEY: Final = {
    "¥": "元", "CNY": "元", "RMB": "元", "$": "美元", "USD": "美元", "€": "欧元", "EUR": "欧元",
    "£": "英镑", "GBP": "英镑", "₩": "韩元", "KRW": "韩元",
}  # fmt: skip
_UNITS: Final = {"kg": "公斤", "g": "克", "km": "公里", "cm": "厘米", "mm": "毫米", "ml": "毫升", "m": "米"}
_COUNTED: Final = "个件位次天人家名张本只条瓶盒包袋双块种步份台部点小时分钟"
"""Measure words: before them two is liang."""


def cardinal(digits: str) -> str:
    """An amount in words; digit by digit when it has more than 16 digits."""
    digits = digits.lstrip("0") or "0"
    if digits == "0":
        return "零"
    if len(digits) > _LARGEST:
        return one_by_one(digits)
    words = ""
    skipped = False
    while digits:
        myriad = (len(digits) - 1) // 4
        group, digits = digits[: len(digits) - 4 * myriad], digits[len(digits) - 4 * myriad :]
        if not int(group):
            skipped = True
            continue
        zero = "零" if words and (skipped or group.startswith("0")) else ""
        words += zero + _below_ten_thousand(group.lstrip("0")) + _MYRIADS[myriad]
        skipped = False
    return words.removeprefix("一") if words.startswith("一十") else words


def _below_ten_thousand(group: str) -> str:
    words = ""
    for place, digit in zip(reversed(range(len(group))), group, strict=True):
        if digit != "0":
            words += _DIGITS[int(digit)] + _PLACES[place]
        elif group[len(group) - place :].strip("0") and not words.endswith("零"):
            words += "零"
    return words


def one_by_one(digits: str, names: str = _DIGITS) -> str:
    return "".join(names[int(digit)] for digit in digits)


def number(text: str) -> str:
    whole, decimals = patterns.amount(text)
    return f"{cardinal(whole)}点{one_by_one(decimals)}" if decimals else cardinal(whole)


def spelled(code: str) -> str:
    """Letters apart, so that they are read by name, and digits one by one in groups."""
    parts = [part for run in patterns.runs(code) for part in (patterns.grouped(run) if run.isdigit() else [run])]
    between = " " if sum(map(len, parts)) <= 4 else "，"
    words = (one_by_one(p, _TELEPHONE_DIGITS) if p.isdigit() else " ".join(p.upper()) for p in parts)
    return f" {between.join(words)} "


def _telephone(match: re.Match[str]) -> str:
    return "，".join(one_by_one(group, _TELEPHONE_DIGITS) for group in patterns.lone_digits(match[0]))


def _date(match: re.Match[str]) -> str:
    day = patterns.calendar_date(match)
    if day is None:
        return spelled(match[0])
    return f"{one_by_one(match['year'])}年{cardinal(str(day.month))}月{cardinal(str(day.day))}日"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    part = (
        "凌晨" if hour % 24 < 6 else "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    )
    shown = hour if hour <= 12 else hour - 12
    hours = "零" if hour % 24 == 0 else "两" if shown == 2 else cardinal(str(shown))
    minutes = "" if minute == 0 else "半" if minute == 30 else f"{'零' if minute < 10 else ''}{cardinal(str(minute))}分"
    return f"{part}{hours}点{minutes}"


def _money(match: re.Match[str]) -> str:
    unit = _MONEY[match["mark"].upper()] if match["mark"] else match["unit"]
    whole, decimals = patterns.amount(match["amount"])
    scale = match["scale"] or ""
    if scale or unit not in ("元", "块") or len(decimals) > 2:
        return f"{number(match['amount'])}{scale}{unit}"
    tenths, hundredths = tuple((decimals + "00")[:2])
    words = f"{cardinal(whole)}{unit}" if int(whole) or not decimals.strip("0") else ""
    words += f"{_DIGITS[int(tenths)]}角" if tenths != "0" else "零" if words and hundredths != "0" else ""
    return words + (f"{_DIGITS[int(hundredths)]}分" if hundredths != "0" else "")


def _address(address: str) -> str:
    words = {
        ".": " 点 ",
        "/": " 斜杠 ",
        "@": " 艾特 ",
        "-": " 杠 ",
        "_": " 下划线 ",
        "+": " 加 ",
        "%": " 百分号 ",
    }
    spaced = re.sub(r"[0-9]+", lambda m: f" {one_by_one(m[0])} ", address.rstrip("/")).replace("~", "")
    return "".join(words.get(c, c) for c in spaced)


_SCALE: Final = r"(?P<scale>百|千|万|百万|千万|亿)?"

RULES: Final[tuple[Rule, ...]] = (
    rule(patterns.EMAIL, lambda m: _address(m[0])),
    rule(patterns.URL, lambda m: _address(m["address"])),
    rule(patterns.ISO_DATE, _date),
    rule(rf"{APART}([0-9]{{4}})\s?(?=年)\s?", lambda m: one_by_one(m[1])),
    rule(rf"{CLOCK}", _time),
    rule(rf"(?P<mark>[$€£¥₩])\s?(?P<amount>{NUMBER}){_SCALE}(?P<unit>(?:元|块)?)", _money),
    rule(rf"{APART}(?P<mark>)(?P<amount>{NUMBER})\s?{_SCALE}(?P<unit>元|块)(?!月)", _money),
    rule(rf"{APART}(?P<amount>{NUMBER})\s?{_SCALE}(?P<unit>)(?P<mark>CNY|RMB|USD|EUR|GBP|KRW){ENDED}", _money),
    rule(patterns.INTERNATIONAL, _telephone),
    rule(patterns.TELEPHONE, _telephone),
    rule(
        r"(?P<word>单号|订单号?|编号|尾号|验证码|取件码|号码|账号|会员号|电话|热线)(?P<gap>[是为:：\s#]*)"
        rf"(?P<digits>[0-9]{{3,}})(?!\s?[元块件个]){NAME_ENDED}",
        lambda m: f"{m['word']}{m['gap'].replace('#', '')}{spelled(m['digits'])}",
    ),
    rule(rf"#\s?([0-9]+){ENDED}", lambda m: f"{cardinal(m[1]) if len(m[1]) < 3 else spelled(m[1])}号"),
    rule(rf"{APART}({NUMBER})\s?%", lambda m: f"百分之{number(m[1])}"),
    rule(rf"{APART}({NUMBER})\s?°\s?C?", lambda m: f"{number(m[1])}度"),
    rule(
        rf"{APART}(?P<number>{NUMBER})\s?(?P<unit>(?-i:{'|'.join(_UNITS)})){ENDED}",
        lambda m: f"{number(m['number'])}{_UNITS[m['unit']]}",
    ),
    rule(patterns.CODE, lambda m: spelled(m[0])),
    rule(patterns.LONG_DIGITS, lambda m: spelled(m[0])),
    rule(
        rf"{APART}({NUMBER})\s?[-–—~～至到]\s?({NUMBER})(?![A-Za-z0-9]|-[0-9])",
        lambda m: f"{number(m[1])}到{number(m[2])}",
    ),
    rule(rf"(?<![\w.])[-−]({NUMBER})", lambda m: f"负{number(m[1])}"),
    rule(rf"{APART}2\s?(?=[{_COUNTED}])", "两"),
    rule(NUMBER, lambda m: number(m[0])),
    rule(r"(?<=按)\s?\*\s?", "星号"),
    rule(r"(?<=按)\s?#\s?", "井号"),
    rule(r"\s?&\s?", "和"),
    rule(r"[*_#~^|<>\\\[\]{}=`\"“”@+/]", " "),
    rule(r"\s*,\s*", "，"),
)
