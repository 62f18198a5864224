"""How a command ends: with its code, and with a sentence when something went wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from rich.console import Console
from rich.markup import escape

from deploy.embedded.home import Home, HouseError

console = Console(stderr=True, width=None if sys.stderr.isatty() else 120)


def end(run: Callable[[], int], home: Home) -> NoReturn:
    """Exit with the code of `run`; what goes wrong is a sentence for a newcomer, the rest is in a log."""
    try:
        code = run()
        sys.stdout.flush()
        sys.exit(code)
    except HouseError as problem:
        console.print(f"[bold red]{escape(str(problem))}[/]", highlight=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        # Who reads along has read enough (`| head`): what would be written at the very end goes nowhere either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except PermissionError as problem:
        console.print(
            f"[bold red]{problem.filename} may not be written: choose another folder with --home[/]", highlight=False
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:
        # A newcomer gets a sentence; who has to mend it finds the rest in the log.
        home.make()
        with home.log("command").open("a") as stream:
            traceback.print_exc(file=stream)
        console.print(
            f"[bold red]{type(problem).__name__}, which was not foreseen: see {home.log('command')}[/]", soft_wrap=True
        )
        sys.exit(1)
