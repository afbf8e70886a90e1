"""Fresh strings of the shape of given ones: identifiers position by position, free text word by word."""

import base64

import numpy as np
import pandas as pd

from augment.codecs.digits import objects_of

SAMPLE = 10_000  # strings that a shape is learned from
PATTERNS = 20  # strings of more patterns than this are text
GROUP = 20  # a pattern of fewer strings shows only classes of characters, not which ones stand where
WORDS = 300  # word shapes that are kept
REDRAWS = 10  # after so many rounds of redrawing the shape becomes wider, and in the end its strings longer
DIGITS = "0123456789"


def learn_shape(strings, rng):
    """A Pattern for strings that are built alike, else Words; from a sample of them."""
    if len(strings) > SAMPLE:
        strings = strings[rng.permutation(len(strings))[:SAMPLE]]
    strings = strings.tolist()
    pattern = Pattern().fit(strings)
    return Words().fit(strings) if len(pattern.shapes) > PATTERNS else pattern


def shape_from_dict(state):
    """The shape that `to_dict` described."""
    shape = Words() if "first" in state else Pattern()
    vars(shape).update(state)
    return shape


def fresh_strings(shape, seen, n, rng, taken=frozenset()):
    """Object array of n distinct strings of a shape, none of which is in the Seen filter or `taken`.

    Where the shape has too few, more and more of its digits become free, from the last one on; then strings get longer.
    """
    out, rounds, new = shape.draw(n, rng), 0, np.arange(n)
    while True:
        bad = pd.Series(out).duplicated().to_numpy(copy=True)
        bad[new] |= seen.contains(out[new]) | np.array([string in taken for string in out[new]], bool)
        new = np.flatnonzero(bad)
        if not len(new):
            return out
        rounds += 1
        wider = shape.wider() if rounds > REDRAWS else None
        if wider:
            shape, rounds = wider, 1
        out[new] = shape.draw(len(new), rng)
        for _ in range(rounds - REDRAWS):
            out[new] += rng.integers(10, size=len(new)).astype(str).astype(object)


class _Classes(dict):
    """Maps each character to the sign of its class for `str.translate`; what is no letter or digit stays."""

    def __missing__(self, code):
        letter = chr(code)
        if letter.isdecimal():
            sign = "0"
        elif letter.isalpha():
            sign = "A" if letter.isupper() else "a" if letter.islower() else "x"
        else:
            sign = letter if not letter.isalnum() else "x"
        self[code] = sign
        return sign


_CLASSES = _Classes()
_SIGNS = "A0ax"
_ANY = str.maketrans(_SIGNS, "****")


class Pattern:
    """Strings that agree in length and punctuation: for each position the characters that occur there.

    Attributes
    ----------
    shapes : list of list of str
        For each pattern the alphabet of each position.
    weights : list of int
        How many strings have each pattern.

    Examples
    --------
    >>> import numpy as np
    >>> pattern = Pattern().fit([f"AB-{k:03}" for k in range(100)])
    >>> pattern.shapes
    [['A', 'B', '-', '0', '0123456789', '0123456789']]
    """

    def fit(self, strings):
        """Learn the patterns of a list of strings."""
        groups = {}
        for string in strings:
            groups.setdefault(string.translate(_CLASSES).translate(_ANY), []).append(string)
        pool = _alphabets(strings)
        self.weights = [len(group) for group in groups.values()]
        self.shapes = [_positions(group, pool) for group in groups.values()]
        return self

    def draw(self, n, rng):
        """Object array of n random strings."""
        chosen = rng.choice(len(self.shapes), size=n, p=np.array(self.weights) / sum(self.weights))
        out = np.empty(n, object)
        for index in np.unique(chosen):
            rows = np.flatnonzero(chosen == index)
            out[rows] = _fill(self.shapes[index], len(rows), rng)
        return out

    def wider(self):
        """The Pattern with all digits at one more place of each pattern; None where they are everywhere.

        Examples
        --------
        >>> Pattern().fit([f"AB-{k:03}" for k in range(100)]).wider().shapes
        [['A', 'B', '-', '0123456789', '0123456789', '0123456789']]
        """
        shapes = [_with_more_digits(alphabets) for alphabets in self.shapes]
        if shapes == self.shapes:
            return None
        wider = Pattern()
        wider.shapes, wider.weights = shapes, self.weights
        return wider

    def to_dict(self):
        """The learned state as JSON-ready values."""
        return dict(vars(self))


class Words:
    """Free text: how many words, and the shapes of first and of later words (`Aaaa`, `aa`, `00.`), letters at random.

    Attributes
    ----------
    counts : list of list of int
        Numbers of words and how many texts have each.
    first, later : list of list
        Word shapes and how often each occurs.
    alphabets : dict of str to str
        The characters of each class, as often as they occur in a thousand.
    """

    def fit(self, strings):
        """Learn from a list of strings."""
        texts = [string.split() for string in strings]
        self.counts = _counted(len(words) for words in texts)
        self.first = _counted(words[0].translate(_CLASSES) for words in texts if words)
        self.later = _counted(word.translate(_CLASSES) for words in texts for word in words[1:])
        self.alphabets = _alphabets(strings)
        return self

    def draw(self, n, rng):
        """Object array of n random texts."""
        numbers = np.array(_draw(self.counts, n, rng), dtype="int64")
        first = self._words(self.first, int((numbers > 0).sum()), rng)
        later = self._words(self.later, int(np.maximum(numbers - 1, 0).sum()), rng)
        out, at, start = np.empty(n, object), 0, 0
        for row, number in enumerate(numbers.tolist()):
            words = [first[at]] if number else []
            at += number > 0
            out[row] = " ".join(words + later[start : start + max(number - 1, 0)])
            start += max(number - 1, 0)
        return out

    def _words(self, shapes, n, rng):
        if not n:
            return []
        drawn = np.array(_draw(shapes, n, rng), dtype=object)
        out = np.empty(n, object)
        codes, distinct = pd.factorize(drawn)
        for code, shape in enumerate(distinct):
            rows = np.flatnonzero(codes == code)
            out[rows] = _fill([self.alphabets.get(sign, sign) for sign in shape], len(rows), rng)
        return out.tolist()

    @staticmethod
    def wider():
        """None: texts become longer at once."""
        return None

    def to_dict(self):
        """The learned state as JSON-ready values."""
        return dict(vars(self))


class Seen:
    """A Bloom filter of the training strings: tells a new string from them without holding them.

    About 1 % of new strings are taken for seen ones (Bloom 1970, "Space/time trade-offs in hash coding with allowable
    errors"): 10 bits and 7 hashes a string.

    Examples
    --------
    >>> import numpy as np
    >>> seen = Seen(3).fit(np.array(["a", "b"], object))
    >>> seen.contains(np.array(["a", "c"], object))
    array([ True, False])
    """

    HASHES = 7
    BITS = 10

    def __init__(self, salt=0):
        self.salt = salt

    def fit(self, strings):
        """Learn an object array of strings."""
        self.bits = np.zeros(max(64, self.BITS * len(strings)), bool)
        self.bits[self._places(strings)] = True
        return self

    def contains(self, strings):
        """Which of an object array of strings are (almost surely) among those learned."""
        return self.bits[self._places(strings)].all(axis=1)

    def _places(self, strings):
        # the 64 bits of one hash make two of 32, and those the others (Kirsch and Mitzenmacher 2006)
        encoded = objects_of([string.encode("utf-8", "surrogatepass") for string in strings])
        whole = pd.util.hash_array(encoded, hash_key=f"{self.salt:016d}", categorize=False)
        one, two = whole & np.uint64(0xFFFFFFFF), whole >> np.uint64(32)
        steps = np.arange(self.HASHES, dtype="uint64")
        return ((one[:, None] + steps * (two[:, None] | np.uint64(1))) % np.uint64(len(self.bits))).astype("int64")

    def to_dict(self):
        """The learned state as JSON-ready values."""
        packed = base64.b64encode(np.packbits(self.bits).tobytes()).decode()
        return {"salt": self.salt, "size": len(self.bits), "bits": packed}

    @classmethod
    def from_dict(cls, state):
        """Filter from what `to_dict` gave."""
        seen = cls(state["salt"])
        packed = np.frombuffer(base64.b64decode(state["bits"]), "uint8")
        seen.bits = np.unpackbits(packed, count=state["size"]).astype(bool)
        return seen


def _positions(group, pool):
    """Alphabet of each position of strings of one length; of few strings only the classes."""
    if len(group) >= GROUP:
        return ["".join(sorted(set(letters))) for letters in zip(*group, strict=True)]
    return [pool.get(sign, sign) for sign in group[0].translate(_CLASSES)]


def _with_more_digits(alphabets):
    """The alphabet of each position, with all digits in the last of those that have some of them."""
    some = [place for place, letters in enumerate(alphabets) if 0 < len(set(letters) & set(DIGITS)) < len(DIGITS)]
    return [
        "".join(sorted(set(letters) | set(DIGITS))) if place in some[-1:] else letters
        for place, letters in enumerate(alphabets)
    ]


def _alphabets(strings):
    """For each class of characters those that occur, repeated about as often as they do."""
    found = {sign: {} for sign in _SIGNS}
    for letter in "".join(strings)[:200_000]:
        sign = _CLASSES[ord(letter)]
        if sign in found and letter.isalnum():
            found[sign][letter] = found[sign].get(letter, 0) + 1
    out = {}
    for sign, counts in found.items():
        total = sum(counts.values())
        common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:1000]
        out[sign] = "".join(letter * max(1, round(200 * count / total)) for letter, count in sorted(common))
    return {sign: letters for sign, letters in out.items() if letters}


def _fill(alphabets, n, rng):
    """Object array of n strings with a random character of each alphabet in turn."""
    if not alphabets:
        return np.full(n, "", object)
    letters = np.empty((n, len(alphabets)), "U1")
    for place, alphabet in enumerate(alphabets):
        letters[:, place] = (
            np.array(list(alphabet))[rng.integers(len(alphabet), size=n)] if len(alphabet) > 1 else alphabet
        )
    return letters.view(f"U{len(alphabets)}")[:, 0].astype(object)


def _counted(values):
    """Values and their counts as lists, the most frequent first; at most WORDS of them."""
    counts = pd.Series(list(values), dtype=object).value_counts()
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:WORDS]
    return [[value for value, _ in pairs], [int(count) for _, count in pairs]]


def _draw(counted, n, rng):
    values, counts = counted
    if not values:
        return [""] * n
    chosen = rng.choice(len(values), size=n, p=np.array(counts) / sum(counts))
    return [values[index] for index in chosen]
