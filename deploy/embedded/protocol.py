"""`meldpunt protocol`: print the law as a document, its register of processing activities as data, and say whether a
municipality's file is in order."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path

from deploy.embedded.home import Home, HouseError
from shared.protocol.activities import register_of
from shared.protocol.law import law_of
from shared.protocol.laws import Laws
from shared.protocol.live import missing_for_live
from shared.protocol.loading import Unacceptable, read
from shared.protocol.model import Law
from shared.protocol.show import day, document


def folder() -> Path | None:
    """The folder with protocol files of municipalities besides those that come with the code."""
    named = os.environ.get("MELDPUNT_PROTOCOLS")
    return Path(named) if named else None


def known(version: str) -> Law:
    """The law of `version`; raises HouseError when it is not known here, or a file is not accepted."""
    try:
        return Laws.read(version, folder()).configured
    except LookupError:
        raise HouseError(
            f"er is geen protocol met versie {version}, ook niet in de map die MELDPUNT_PROTOCOLS noemt"
        ) from None
    except Unacceptable as problem:
        raise HouseError(f"een protocol wordt niet aanvaard:\n{problem}") from None


def protocol(_home: Home, arguments: argparse.Namespace) -> int:
    """Show the protocol of a file or a known version, or its register (art. 30 AVG) as JSON; check a file, and say everything
    that is wrong with it."""
    what = arguments.of
    try:
        law = law_of(read(Path(what))) if arguments.what == "check" or what.endswith(".toml") else known(what)
    except Unacceptable as problem:
        print(problem, file=sys.stderr)
        return 1
    with contextlib.suppress(BrokenPipeError):
        if arguments.what == "check":
            begins = day(law.in_force_from)
            print(f"{what} is in orde: versie {law.version}, {law.municipality}, in werking vanaf {begins}.")
            missing = missing_for_live(law)
            print("Voor ingebruikneming ontbreekt:" if missing else "Alles voor ingebruikneming is ingevuld.")
            print("".join(f"· {one}\n" for one in missing), end="")
        elif arguments.what == "register":
            print(json.dumps(list(register_of(law.choices.processing)), ensure_ascii=False, indent=2))
        else:
            print(document(law), end="")
    return 0
