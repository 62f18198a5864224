"""What counts as the same when it is asked whether there is something already: exact forms, of which a keyed hash is kept.

    names.py      how a name is read, and its forms
    addresses.py  a street with its number, a postcode with its number
    companies.py  a KvK number
    things.py     the forms of a thing, by kind, as it is kept and as it is asked for

Pure: no key, no table, no message. Two things are the same when a form that is asked for is one of those that are kept;
nothing in between exists, so nothing is scored. What is kept and what is asked for differ (`kept`, `asked`): so a name with an
initial finds the one that is written out, and two names that are written out do not meet by their initial. Each rule says in
Dutch, beside it, what it takes as the same: `things.RULES` goes with every answer.
"""
