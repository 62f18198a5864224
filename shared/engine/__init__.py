"""One engine: whatever is decided on (a signal, a duty, a sealed signal, a list) is decided here, and nowhere else.

How one decision goes, and where to look:

    given.py      what somebody wants, as values        (HTTP bodies become these in shared/http)
    load.py       one read into a typed `Loaded`        (loaded.py, documents.py)
    decide.py     judged by the law of its own version  (shared/protocol), then written in one transaction
    effects.py    what it sets going: values            (returned by common.py and by a service's policy)
    perform.py    rows and letters made of those values
    settle.py     what can only be done when it can no longer be withdrawn

What is read is believed for the MAC of its head (head.py); what is told besides makes the head anew (hear.py); what
is not believed is frozen (freeze.py).

Beside it: record.py (facts), withdraw.py, cluster.py (one decision on several), tasks.py (people without the file),
show.py, arrive.py, drafts.py, and for what is kept of an earlier signal consult.py (asked), looks.py (given and read) and
consulted.py (what there is to read). For a request of a person: answering.py (of a file), sealed_answering.py (of what is
sealed), answer_about.py and about_person.py (what he reads).
A service gives a `Policy` (what is particular to it) and a `Shelf` (where what is decided on stands): policy.py,
shelf.py. `engine.py` puts the parts together.
"""
