"""Word pieces by byte-pair encoding: strings that are frequent in texts, learned from the texts and joined again."""

import heapq
import re
from collections import Counter, defaultdict

# Every character is in one of the three, so that words joined are the text. A space belongs to the word that follows.
# What is long is cut, since not all scripts have spaces.
WORD = re.compile(r" ?\w{1,24}| ?[^\w\s]{1,24}|\s{1,24}")
SEVERAL = 5  # texts that a piece stands in at least: the vocabulary says nothing that a single text says
KNOWN = 2**16  # words whose pieces are remembered


def characters(texts):
    """The characters of texts, sorted."""
    return sorted(set().union(*texts))


def learned(texts, most, fewest=SEVERAL):
    """The vocabulary of texts: their characters, sorted, and pieces in the order in which they are joined.

    Byte-pair encoding (Sennrich, Haddow and Birch, ACL 2016, arXiv 1508.07909) over characters: the pair of neighbours
    that is most frequent becomes a piece, again and again. No piece reaches over the end of a word (`WORD`), and each
    stands in at least five texts; of fewer texts in all of them, and five times.

    Parameters
    ----------
    texts : list of str
        The texts.
    most : int
        Pieces at most, the characters among them; these are never fewer than there are.
    fewest : int, default=5
        Times that a piece occurs at least when it is joined.

    Returns
    -------
    list of str

    Examples
    --------
    >>> learned(["low", "lower", "lowest"] * 5, 20)
    ['e', 'l', 'o', 'r', 's', 't', 'w', 'lo', 'low', 'lowe', 'lower', 'lowes', 'lowest']
    """
    vocabulary = characters(texts)
    pairs, needed = _Pairs(texts), min(SEVERAL, len(texts))
    while len(vocabulary) < most and (piece := pairs.pop(max(fewest, SEVERAL), needed)):
        pairs.join(piece)
        vocabulary.append(piece)
    return vocabulary


class _Pairs:
    """Neighbouring pieces in the words of texts: how often each pair occurs, by what it is joined, and where.

    Parameters
    ----------
    texts : list of str
        The texts.
    """

    def __init__(self, texts):
        self.counts, self.owners = Counter(), defaultdict(set)  # of each word, and some of the texts that it is in
        for number, text in enumerate(texts):
            for word, count in Counter(WORD.findall(text)).items():
                self.counts[word] += count
                if len(self.owners[word]) < SEVERAL:
                    self.owners[word].add(number)
        self.split = {word: list(word) for word in self.counts}
        self.often, self.places = Counter(), defaultdict(set)
        for word in self.split:
            self._count(word, 1)
        self.heap = [(-count, piece) for piece, count in self.often.items()]
        heapq.heapify(self.heap)

    def pop(self, fewest, needed):
        """The most frequent pair that occurs so often, in so many texts; None where none is left."""
        while self.heap:
            count, piece = heapq.heappop(self.heap)
            if -count < fewest:
                return None
            if -count == self.often[piece] and self._in_texts(piece, needed):
                return piece
        return None

    def join(self, piece):
        """Make one piece of a pair, wherever it occurs."""
        changed = Counter()
        for word in self.places.pop(piece):
            changed.update(self._count(word, -1))
            self.split[word] = _joined(self.split[word], piece)
            changed.update(self._count(word, 1))
        for pair in changed:
            if self.often[pair]:
                heapq.heappush(self.heap, (-self.often[pair], pair))

    def _count(self, word, sign):
        pairs = list(map("".join, zip(self.split[word], self.split[word][1:], strict=False)))
        for pair in pairs:
            self.often[pair] += sign * self.counts[word]
            if sign > 0:
                self.places[pair].add(word)
        return pairs

    def _in_texts(self, piece, needed):
        """Whether so many texts hold it."""
        found = set()
        for word in self.places[piece]:
            found |= self.owners[word]
            if len(found) >= needed:
                return True
        return False


class Pieces:
    """Takes texts apart into the pieces of a vocabulary that `learned` gave.

    In each word the neighbours whose piece comes first in the vocabulary are joined, until none can be.

    Parameters
    ----------
    vocabulary : list of str
        Characters and pieces.

    Examples
    --------
    >>> Pieces(["a", "b", "ab", "aba"]).split("ababa")
    ['ab', 'aba']
    """

    def __init__(self, vocabulary):
        self.ranks = {piece: rank for rank, piece in enumerate(vocabulary)}
        self.known = {}

    def split(self, text):
        """The pieces of a text; characters that are no pieces stand alone."""
        return [piece for word in WORD.findall(text) for piece in self._of_word(word)]

    def _of_word(self, word):
        if word not in self.known:
            if len(self.known) == KNOWN:
                self.known.clear()
            self.known[word] = self._pieces(word)
        return self.known[word]

    def _pieces(self, word):
        pieces = list(word)
        while len(pieces) > 1:
            pairs = map("".join, zip(pieces, pieces[1:], strict=False))
            first = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if first not in self.ranks:
                break
            pieces = _joined(pieces, first)
        return pieces


def _joined(pieces, piece):
    """Pieces, those neighbours joined that make `piece`."""
    joined, place = [], 0
    while place < len(pieces):
        pair = "".join(pieces[place : place + 2])
        joined.append(pair if pair == piece else pieces[place])
        place += 2 if pair == piece and pieces[place] != piece else 1
    return joined
