"""How hard a text is to read: three formulas, the length of its sentences, names masked or not.

Flesch-Kincaid counts syllables, ARI counts characters, SMOG counts long words; each gives a school
grade. Grade 7 is read by most children of 12 years. No formula sees meaning: five questions to
readers do.

References
----------
Kincaid 1975 (Flesch-Kincaid grade); Smith and Senter 1967 (ARI); McLaughlin 1969 (SMOG). Their
numbers are rows of `wording/readability`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.core.tables import load_table

__all__ = ["Reading", "masked", "reading", "sentences_of", "syllables", "words_of"]

END: Final = re.compile(r"(?<=[.!?:])[\"')\]\N{RIGHT DOUBLE QUOTATION MARK}]*\s+|\n+")
WORD: Final = re.compile(r"[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)*")
LONG_WORD: Final = 3
"""Syllables from which a word counts as long in SMOG."""
MASK: Final = "Name"
ONES: Final = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
"""Syllables of nought (zero) to nineteen, as they are spoken."""
TENS: Final = (0, 0, 2, 2, 2, 2, 2, 3, 2, 2)
SILENT_INSIDE: Final = re.compile(
    r"^(some|there|where|here|side|care|home|like|one|sleep|ever)(?=[a-z]{2})"
    r"|(?<=[^aeiouy])e(?=(?:ly|ful|less|ness|ments?)$)"
)
SILENT_E: Final = re.compile(r"(?<![aeiouyl])e$|(?<=[aeiouyl]l)e$|(?<=[aeiou]y)e$")
SILENT_ES: Final = re.compile(r"(?<![aeioulcgszx])(?<!ch)(?<!sh)es$|(?<=[aeiou]l)es$")
SILENT_ED: Final = re.compile(r"(?<![aeioutdl])ed$|(?<=[aeiouylr]l)ed$")
APART: Final = (
    re.compile(r"(?<![tcsxgl])i[aou]"),
    re.compile(r"iet|eing|[aou]ing|ying|[^cst]ien[ct]|scien|uing"),
    re.compile(r"(?<![qg])u(?:al|ous|en[ct])"),
    re.compile(r"^re[aeiou](?!d|l(?:$|l)|s|ch)|creat(?!u)|idea|area|poe|theor|video"),
    re.compile(r"[^aeiouy](?:sm|thm)s?$|n't$"),
)
"""Vowels that stand together and are spoken apart."""
WHOLE: Final = {
    "people": 2, "every": 2, "everyone": 3, "something": 2, "evening": 2, "being": 2, "via": 2,
    "doesn't": 2, "don't": 1, "can't": 1, "won't": 1, "weren't": 1, "medicine": 3, "medicines": 3,
    "safety": 2, "suicide": 3, "february": 4, "lifeline": 2, "centre": 2, "centres": 2,
    "tired": 2, "real": 1, "really": 2, "ready": 2, "read": 1, "reason": 2, "reasons": 2,
    "reach": 1, "react": 2, "area": 3, "areas": 3, "business": 2, "different": 3, "eyes": 1,
}  # fmt: skip
"""Words that the rules get wrong, counted by hand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard a text is.

    Parameters
    ----------
    sentences, words : int
        How many there are.
    flesch_kincaid, ari, smog : float
        School grades; 0 for a text without words.
    mean_length : float
        Words in a sentence.
    longest : str
        The longest sentence, and `longest_length` its words.
    longest_length : int
        Words of the longest sentence.
    """

    sentences: int
    words: int
    flesch_kincaid: float
    ari: float
    smog: float
    mean_length: float
    longest: str
    longest_length: int


def reading(text: str) -> Reading:
    """Return how hard a text is; each line is at least one sentence.

    Examples
    --------
    >>> round(reading("The cat sat on the mat.").flesch_kincaid, 2)
    -1.45
    """
    sentences = sentences_of(text)
    words = [word for sentence in sentences for word in words_of(sentence)]
    if not words:
        return Reading(0, 0, 0.0, 0.0, 0.0, 0.0, "", 0)
    spoken = [syllables(word) for word in words]
    characters = sum(char.isalnum() for word in words for char in word)
    length = len(words) / len(sentences)
    longest = max(sentences, key=lambda sentence: len(words_of(sentence)))
    long_words = sum(count >= LONG_WORD for count in spoken)
    return Reading(
        sentences=len(sentences),
        words=len(words),
        flesch_kincaid=_grade("flesch_kincaid", length, sum(spoken) / len(words)),
        ari=_grade("ari", length, characters / len(words)),
        smog=_grade("smog", math.sqrt(long_words * 30 / len(sentences))),
        mean_length=length,
        longest=longest,
        longest_length=len(words_of(longest)),
    )


def _grade(formula: str, per_sentence: float, per_word: float = 0.0) -> float:
    row = load_table("wording/readability").row(id=formula)
    weight = row.optional_number("per_word") or 0.0
    return row.number("per_sentence") * per_sentence + weight * per_word + row.number("start")


def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences that hold a word; a full stop, question mark, colon or line ends one."""
    return tuple(part.strip() for part in END.split(text) if words_of(part))


def words_of(sentence: str) -> tuple[str, ...]:
    """Return the words; parts on either side of a hyphen count on their own."""
    return tuple(WORD.findall(sentence))


def masked(text: str, names: Iterable[str]) -> str:
    """Return a text with each of `names` replaced by a short word.

    The name of a medicine is hard by every formula, and no shorter word can stand for it.
    """
    parts = sorted({name.strip() for name in names if name.strip()}, key=len, reverse=True)
    if not parts:
        return text
    pattern = r"\b(?:" + "|".join(re.escape(part) for part in parts) + r")\b"
    return re.sub(pattern, MASK, text, flags=re.IGNORECASE)


def syllables(word: str) -> int:
    """Return how many syllables a word of English, or a number, is spoken with.

    Examples
    --------
    >>> [syllables(word) for word in ("medicine", "sleep", "doses", "35", "2026")]
    [3, 1, 2, 3, 5]
    """
    lower = word.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if lower in WHOLE:
        return WHOLE[lower]
    if lower.isdecimal():
        return _number(lower)
    if word.isupper() and len(word) > 1:
        return sum(3 if letter == "W" else 1 for letter in word)
    lower = lower.removesuffix("'s")
    bare = SILENT_INSIDE.sub(lambda found: found[0].removesuffix("e"), lower)
    for silent in (SILENT_E, SILENT_ES, SILENT_ED):
        bare = silent.sub("", bare)
    groups = len(re.findall(r"[aeiouy]+", bare))
    apart = sum(len(pattern.findall(lower)) for pattern in APART)
    return max(1, groups + apart)


def _number(digits: str) -> int:
    value = int(digits)
    if value < len(ONES):
        return ONES[value]
    if len(digits) == 2:  # noqa: PLR2004
        return TENS[value // 10] + (ONES[value % 10] if value % 10 else 0)
    if len(digits) == 3:  # noqa: PLR2004
        rest = digits[1:].lstrip("0")
        return ONES[value // 100] + 2 + (1 + _number(rest) if rest else 0)
    head, tail = digits[:-2], digits[-2:]
    return _number(head) + (_number(tail) if tail.strip("0") else 2)
