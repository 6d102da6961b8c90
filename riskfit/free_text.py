"""Names found in what people write: in any case, with doses, dates, denials and relatives around.

What is denied ("no diabetes"), was stopped or belongs to somebody else ("father had a stroke") is
not theirs.  The names themselves come from files of ``models/``.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Generic, TypeVar

_E = TypeVar("_E")
_ACCENTS: Final = r"[\u0300-\u036f]"

#: Abbreviations up to this length are whole words; names up to the second begin a word; longer
#: ones may stand anywhere in it ("hypothyroidism").
_WHOLE, _BEGINNING = 4, 6
#: Endings of generic names in the languages that write them almost alike, and of plurals.
_ENDINGS: Final = ("e", "a", "o", "um", "us", "s", "es", "en", "i")
#: No name of a medicine has more words.
_MOST_WORDS: Final = 4
#: Generic names from this length are known with a typing error, too: one letter in eight to ten,
#: or two in sixteen, still leave a ratio of so much (`difflib`).
_LONG: Final = 8
_ALIKE: Final = 0.875

_PARTS: Final = (
    r"[.;\n]|\b(?:but|except|apart from|other than|besides|only|now|instead|and (?=i\b|my own\b)"
    r"|(?<!not )(?<!never )(?:re)?started|(?:switched|changed) to|replaced (?:by|with))\b"
)
_FAMILY: Final = (
    r"\b(?:family history|in my family|in the family|runs in)\b.*"
    r"|[^,]*\b(?:father|mother|dad|mum|mom|parents?|brothers?|sisters?|siblings?|grand\w+|uncle|aunt"
    r"|cousin|son|daughter|wife|husband)\b[^,]*"
)
_DO_NOT: Final = r"(?:do|does|have|has)(?: not|n['\u2019 ]?t)"
#: Words that deny only what follows them in "not well controlled", "no tablets for ...".
_NO_DENIAL: Final = (
    r"\bnot (?:\w+ )?(?:controlled|treated|cured)\b"
    r"|\bno (?:medic\w+|drugs?|tablets?|treatment) for\b"
    r"|\b(?:no|without|never had) (?:\w+ )?(?:problems?|trouble|issues?|effects?)"
    r" (?:with|on|from)\b"
    r"|\b(?:not|never|without) (?:miss|forg|skip)\w*"
    rf"|\b(?:not|never|{_DO_NOT})\b(?=[^,]*\b(?:regularly|every|daily|always|often)\b)"
)
_DENIED: Final = (
    r"(?:\b(?:no|not|never|none|nothing|nil|nor|without|denie[sd]|deny|stopped|ruled out"
    r"|negative for|intoleran\w+|discontinued|quit|came off|used to (?:take|use|be on)"
    rf"|{_DO_NOT})\b|^off\b|\ballerg(?:ic|y|ies) ?(?:to\b|:))"
    r"[^,]*(?:(?:,[^,]*)*\bn?or\b[^,]*)?"
)
_WHEN: Final = (
    r"(?:\s+(?:in|on|last|since|about|ago|an?|years?|months?|weeks?|days?|\d+"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*))*"
)
_ENDS_DENIED: Final = (
    r"[^,]*\b(?:no|none|negative|never|false|ruled out|excluded"
    rf"|(?:stopped|discontinued){_WHEN})\W*(?=,|$)"
)
#: Answers that mean none, in the languages riskfit's users may write.
_NONE: Final = frozenset(
    {"", "n a", "na", "i", "i have", "i am", "healthy", "keine", "nein", "aucun", "aucune", "rien"}
    | {"ninguna", "ninguno", "nada", "nessuna", "niente"}
)


def plain(text: str) -> str:
    """Return words in lower case, without accents, and with blanks for all that is no letter."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _simple(text)).split())


# Every session asks again of the same person.
@lru_cache(maxsize=4096)
def own_words(text: str) -> str:
    """Return what somebody says of themselves: what is denied and what is of relatives left out.

    Examples
    --------
    >>> own_words("No diabetes or asthma; gout. Father had a heart attack")
    'gout'
    """
    kept = []
    for part in re.split(_PARTS, _simple(text)):
        own = re.sub(_FAMILY, "", re.sub(_NO_DENIAL, "", part))
        kept.append(plain(re.sub(_DENIED, "", re.sub(_ENDS_DENIED, "", own))))
    said = " ".join(filter(None, kept))
    return "" if said in _NONE else said


def spelling(text: str) -> str:
    """Return a medicine's name in one spelling for many languages, numbers set apart.

    Examples
    --------
    >>> spelling("Hydrochlorothiazid 25mg") == spelling("idroclorotiazid 25 mg")
    True
    """
    apart = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", plain(text))
    return apart.replace("ph", "f").replace("y", "i").replace("k", "c").replace("h", "")


class Medicines(Generic[_E]):
    """Names of medicines, whole words, and what each stands for: of several the longest counts.

    Parameters
    ----------
    named : iterable of (str, bool, owner)
        A name, whether it is generic and takes foreign endings, and what it stands for.
    """

    def __init__(self, named: Iterable[tuple[str, bool, _E]]) -> None:
        self._owners: dict[str, dict[_E, None]] = {}
        self._generic: set[str] = set()
        for name, generic, owner in named:
            word = spelling(name).replace(" ", "")
            forms = {word, *([word[:-1]] if generic and word[-1] in "aeo" else [])}
            self._generic |= forms if generic else set()
            for form in forms:
                self._owners.setdefault(form, {})[owner] = None

    def in_text(self, text: str) -> tuple[_E, ...]:
        """Return what stands in a text, each once."""
        words, found = spelling(text).split(), dict[_E, None]()
        while words:
            sizes = range(min(_MOST_WORDS, len(words)), 0, -1)
            forms = {size: self._form("".join(words[:size])) for size in sizes}
            size = next((size for size, form in forms.items() if form), 1)
            form = forms[size] or self._mistyped(words[0])
            found |= self._owners.get(form, {})
            words = words[size:]
        return tuple(found)

    def _form(self, word: str) -> str:
        """Return the form in which a word is known, nothing where it is not."""
        if word in self._owners:
            return word
        endings = _ENDINGS if len(word) > _BEGINNING else ("s",)
        stems = (word.removesuffix(end) for end in endings if word.endswith(end))
        return next((stem for stem in stems if stem in self._generic), "")

    def _mistyped(self, word: str) -> str:
        """Return the long generic name that a word is but for a slip, nothing where it is none."""
        if len(word) < _LONG:
            return ""
        from difflib import get_close_matches

        names = [name for name in self._generic if len(name) >= _LONG and name[0] == word[0]]
        return next(iter(get_close_matches(word, sorted(names), 1, _ALIKE)), "")


class Diseases(Generic[_E]):
    """Names of diseases and what each stands for: of names that overlap the longest counts.

    Parameters
    ----------
    named : iterable of (str, owner)
    """

    def __init__(self, named: Iterable[tuple[str, _E]]) -> None:
        owners = {_pattern(plain(name)): owner for name, owner in named}
        patterns = sorted(owners, key=len, reverse=True)
        self._owners = [owners[pattern] for pattern in patterns]
        self._any = re.compile("|".join(f"({pattern})" for pattern in patterns))

    def in_text(self, text: str) -> tuple[_E, ...]:
        """Return what stands in a text, each once."""
        found = (self._owners[(m.lastindex or 1) - 1] for m in self._any.finditer(text))
        return tuple(dict.fromkeys(found))


def _pattern(name: str) -> str:
    """Return the pattern of a disease's name: abbreviations are whole words."""
    # words may be written as one
    words, letters = " ?".join(name.split()), len(name.replace(" ", ""))
    if letters <= _WHOLE:
        return rf"\b{words}(?=\d|\b)"  # "CKD3"
    digits = r"(?!\d)" if name[-1].isdigit() else ""
    return (rf"\b{words}" if letters <= _BEGINNING else words) + digits


def _simple(text: str) -> str:
    return re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", text.lower()))
