"""What the words of a column's name say about its values: that they are keys, or calendar years."""

import re

KEY_WORDS = {"id", "ids", "key", "pk", "uuid", "guid", "nr", "no", "identifier", "ssn", "phone", "telephone", "iban"}
YEAR_WORDS = {"year", "yr", "jahr", "annee", "année", "anno", "año"}
_THINGS = (
    "account|card|case|client|contract|customer|device|employee|entity|event|file|invoice|item|member|object|order|"
    "passenger|passport|patient|payment|person|phone|policy|product|record|row|serial|session|shop|store|student|"
    "subject|ticket|transaction|user|vehicle|visit"
)
_NUMBERED = re.compile(rf"({_THINGS})(id|ids|key|nr|no|num|number)$")


def is_key_name(name):
    """Whether a column's name says that it holds keys: by its last word, for "key_rate" and "NO2" hold none.

    >>> [is_key_name(name) for name in ("id", "PassengerId", "order_nr", "customerid", "Phone number")]
    [True, True, True, True, True]
    >>> [is_key_name(name) for name in ("paid", "key_rate", "NO2", "no_of_shares", "number")]
    [False, False, False, False, False]
    """
    words = _words(name)
    return bool(words) and (words[-1] in KEY_WORDS or _NUMBERED.search("".join(words[-2:])) is not None)


def is_year_name(name):
    """Whether a column's name says that it holds calendar years.

    >>> [is_year_name(name) for name in ("Year", "yearBuilt", "année_fin", "years_old")]
    [True, True, True, False]
    """
    return not YEAR_WORDS.isdisjoint(_words(name))


def _words(name):
    """The words of a name in lower case; a change from small to capital letters begins one, and a number is one."""
    apart = re.sub(r"([^\W\dA-Z_])([A-Z])", r"\1 \2", str(name))
    return [word.lower() for word in re.findall(r"[^\W\d_]+|\d+", apart)]
