"""Numbers, counts of rows and texts as coarse as the public form of a report shows them."""

import re
from math import isfinite

SMALL = 10
DIGITS = 2
_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
_COUNT = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]|[.,]\d)")
_SMALL_COUNT = re.compile(
    r"(?<![\w.,-])\d(?= (?:\w+ )?(?:rows?|cells?|values?|members?|in (?:train|synthetic|holdout)))"
)


def rounded(value):
    """A number at two significant digits; a count is rounded down, to tens at least, and is None below ten.

    Down, so that a group of 29 rows is not one of 30 where 30 are needed; to tens, so that a small count is not the
    difference of two larger ones.

    Examples
    --------
    >>> rounded(0.98765), rounded(12987), rounded(29), rounded(0.00042), rounded(9), rounded(True)
    (0.99, 12000, 20, 0.00042, None, True)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return digits(value) if isinstance(value, float) else None if value < SMALL else _count(value)


def _count(value):
    unit = 10 ** max(len(str(value)) - DIGITS, 1)
    return value // unit * unit


def digits(value):
    """A measure at two significant digits; small whole numbers stay.

    Examples
    --------
    >>> digits(0.12345), digits(1234), digits(3)
    (0.12, 1200, 3)
    """
    if isinstance(value, int):
        return round(value, DIGITS - len(str(abs(value))))
    short = float(f"{value:.{DIGITS - 1}e}")
    return short if isfinite(short) else value


def rounded_text(text, names):
    """A text with its numbers rounded and its small counts hidden; in quotes only the names of columns stay.

    Examples
    --------
    >>> rounded_text("Column 'x 123' holds infinite values (3 in train, 1,234 in synthetic).", {"x 123"})
    "Column 'x 123' holds infinite values (under 10 in train, 1,200 in synthetic)."
    >>> rounded_text("It is text, since train has 'Jane Roe', which is no number.", {"x 123"})
    'It is text, since train has a value, which is no number.'
    """
    shown = {repr(name)[1:-1] for name in names}
    parts = _QUOTED.split(text)
    for k in range(1, len(parts), 2):
        inner = parts[k][1:-1]
        parts[k] = parts[k] if inner in shown or shown.issuperset(inner.split(" × ")) else "a value"
    return "".join(part if k % 2 else _round_text(part) for k, part in enumerate(parts))


def _round_text(text):
    text = _SMALL_COUNT.sub(f"under {SMALL}", text)
    return _COUNT.sub(_shorter, text)


def _shorter(found):
    """A number in a text at two digits; a whole one counts rows, but for per cent."""
    number = found.group()
    plain = number.replace(",", "")
    percent = found.string[found.end() :].lstrip().startswith("%")
    short = digits(float(plain)) if "." in plain else digits(int(plain)) if percent else rounded(int(plain))
    if short is None:
        return number  # a digit that counts no rows
    return f"{short:,}" if "," in number else f"{short}"
