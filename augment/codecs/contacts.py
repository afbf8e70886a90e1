"""Strings that lead to a person or an account: e-mail addresses, links, phone numbers, numbers of cards and such."""

import re

import numpy as np

SHARE = 0.95  # nearly all strings of a column must be of one kind
SAMPLE = 1000  # so many are looked at
MIN_DISTINCT, ROWS_EACH = 20, 10  # so many strings, in fewer rows each on average, are no categories
PATTERNS = {
    "e-mail addresses": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "links": r"(https?://|www\.)[^/\s]+/\S+",
    "UUIDs": r"(?i)\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?",
    "phone numbers": r"\+[\d ()./-]{6,20}|\(?\d{3}\)?[ ./-]?\d{3}[ .-]\d{4}|0\d{2,5}[ /-]\d{4,9}",
    "account numbers": r"[A-Z]{2}\d{2}( ?[A-Z\d]{4}){2,7}( ?[A-Z\d]{1,4})?|\d{4}([ -]?\d{4}){3}|\d{3}-\d{2}-\d{4}",
}


def contacts_in(strings, rows):
    """What nearly all of the distinct `strings`, which fill so many `rows`, are; None where they are something else.

    Some few that fill many rows are categories.

    >>> contacts_in(["ann@example.org", "bob@example.org"], 2)
    'e-mail addresses'
    >>> contacts_in(["ann@example.org", "bob@example.org"], 50)
    """
    distinct = len(strings)
    if not (distinct > rows / 2 or distinct >= MIN_DISTINCT and rows < ROWS_EACH * distinct):
        return None
    sample = strings[:: -(-distinct // SAMPLE)]
    for kind, pattern in PATTERNS.items():
        if np.mean([re.fullmatch(pattern, string) is not None for string in sample]) >= SHARE:
            return kind
    return None
