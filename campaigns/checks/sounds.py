"""How a phrase sounds, coarsely: phrases with the same key cannot be told apart by ear.

Decides when two wordings are the same to a listener: "two" and "too", 십 and 10, 是 and 事. A recogniser confuses far
more than that; what it makes of a script is measured with audio.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from num2words import num2words

from campaigns.phrases.vocabulary import vocabulary


@lru_cache(maxsize=4096)
def sound_of(phrase: str, language: str) -> str:
    """The key of a phrase's sound."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", unicodedata.normalize("NFC", phrase).casefold())
    match language.partition("-")[0]:
        case "zh":
            from pypinyin import lazy_pinyin  # half a second of dictionaries, for one language

            return "".join(lazy_pinyin("".join(words).translate(_CHINESE_DIGITS)))
        case "ko":
            return _korean("".join(_number(word, "ko") for word in words))
        case "en":
            return " ".join(_english(part, language) for word in words for part in _number(word, "en").split())
        case _:
            plain = unicodedata.normalize("NFD", " ".join(words))
            return "".join(char for char in plain if not unicodedata.combining(char))


def _number(word: str, language: str) -> str:
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        return word
    return str(num2words(int(word), lang=language)).replace("-", " ").replace(",", "")


_CHINESE_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")

_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"['’]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"^ps", "s"),
        (r"ph", "f"),
        (r"tch", "ch"),
        (r"eigh", "A"),
        (r"igh", "I"),
        (r"mb$", "m"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c(?!h)", "k"),
        (r"x", "ks"),
        (r"([b-df-hj-np-tv-z])\1", r"\1"),
        (r"ai|ay|ei|ey(?=.)|a(?=[^aeiouAIO]e$)", "A"),
        (r"ee|ea|ie|(?<=[a-z]{2})(?:y|ey)$|(?<=^[^aeiou])e$|(?<=^[^aeiou]{2})e$", "E"),
        (r"i(?=[^aeiouAIO]e$)|(?<=^[^aeiou])y$|(?<=^[^aeiou]{2})y$", "I"),
        (r"oa|ow$|o(?=[^aeiouAIO]e$)", "O"),
        (r"oo|ew|ue$|ou(?=$)|u(?=[^aeiouAIO]e$)", "U"),
        (r"(?<=.)e$", ""),
    )
)


def _english(word: str, language: str) -> str:
    """A word's sound by the commonest spellings; words that follow none stand among the homophones."""
    plain = vocabulary(language).homophones.get(word, word)
    for pattern, sound in _SPELLINGS:
        plain = pattern.sub(sound, plain)
    return plain


_INITIAL_NOTHING = "\u110b"
_FINAL_TO_INITIAL = dict(zip("ᆨᆩᆫᆮᆯᆷᆸᆺᆻᆽᆾᆿᇀᇁ", "ᄀᄁᄂᄃᄅᄆᄇᄉᄊᄌᄎᄏᄐᄑ", strict=True))
_MERGED = str.maketrans("ᅢᅤᅫᅬᆩᆿᆺᆻᆽᆾᇀᇂᇁ", "ᅦᅨᅰᅰᆨᆨᆮᆮᆮᆮᆮᆮᆸ")


def _korean(text: str) -> str:
    """Hangul as it is spoken: vowels that merged, finals that carry over to a vowel or are unreleased."""
    letters = unicodedata.normalize("NFD", text)
    for final, initial in _FINAL_TO_INITIAL.items():
        letters = letters.replace(final + _INITIAL_NOTHING, initial)
    return letters.translate(_MERGED)
