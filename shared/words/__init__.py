"""Words that somebody typed, read as they look: whoever they name, and whether a citizen service number is in them.

    folding.py    letters without accents, hidden characters and look-alikes; the words of a text
    names.py      the marks of a name, and those that a text has; the same marks name the same person
    sealed.py     the marks of a reporter for who may not know him: keyed hashes that serve one signal
    masked.py     a text without the names of some persons
    reporter.py   a text without its reporter, and without the words that point at him
    bsn.py        citizen service numbers in a text

What follows from it is law (shared/protocol/wording.py).
"""
