"""That each runbook can be followed and is rehearsed, and that the drill would see one that does not help. Without a house."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from deploy.drills.place import Place
from deploy.drills.rehearsal import Count, Patience, Rehearsal, Stage, in_short, rehearse
from deploy.drills.runbooks import ALL, BY_ALERT, run
from deploy.drills.watching import Prometheus
from deploy.embedded.home import Home, HouseError
from deploy.observability.alert import Alert
from deploy.observability.alerts import ALERTS
from deploy.observability.runbook import CLUSTER, PEOPLE, Command, Step, steps_of
from tests.watchers import ROOT

NAMES = [one.name for one in ALERTS]


def steps(alert: Alert) -> list[Step]:
    return steps_of(ROOT / alert.runbook)


@pytest.mark.parametrize("alert", ALERTS, ids=NAMES)
def test_a_step_is_run_or_marked(alert: Alert) -> None:
    """Whoever is called at night reads what to type; what no machine can do says whose it is, and has nothing to type."""
    more, *do = steps(alert)
    assert more.number == 0
    assert more.commands, "nothing to look with"
    assert [one.number for one in do] == list(range(1, len(do) + 1))
    for one in do:
        assert bool(one.commands) != bool(one.mark), one
    for one in (more, *do):
        for command in one.commands:
            if command.language == "sql":
                assert command.database


def test_every_alert_is_rehearsed_once() -> None:
    assert sorted(one.alert for one in ALL) == sorted(NAMES)


@pytest.mark.parametrize("one", ALL, ids=lambda one: str(one.alert))
def test_what_is_rehearsed_is_what_alerts(one: Rehearsal) -> None:
    """The same expression, but for how far it looks back, and a span that the drill names."""
    alert = BY_ALERT[one.alert]
    short = in_short(alert.expression, one.spans)
    for long, instead in one.spans.items():
        short = short.replace(instead, long)
    assert _timeless(short) == _timeless(alert.expression)
    assert not one.spans or one.alert == "MeldpuntLetterboxOld"
    assert one.passes == ("[" in alert.expression)
    with pytest.raises(HouseError):
        in_short(alert.expression, {"987654321": "1"})


def _timeless(expression: str) -> str:
    return re.sub(r"\[\d+[smh]\]", "[]", expression)


# --- as a runbook is read -----------------------------------------------------------------------

TEXT = """# One

## See more

Look.

```promql
meldpunt_ready{service="SERVICE"}
```

## What to do

1. Start it:
   ```sh
   meldpunt restart SERVICE
   echo `done`
   ```
   ```sql
   -- in rights
   SELECT 'ROW'
   ```
2. *For people.* Call somebody.
3. *On a cluster.* Another replica.
4. Nothing that anybody could run.

## When it is over

```sh
never run
```
"""


def test_a_runbook_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "one.md"
    file.write_text(TEXT)
    more, first, *others = steps_of(file)
    assert more.commands == (Command("promql", 'meldpunt_ready{service="SERVICE"}'),)
    shell, query = first.commands
    assert shell.text == "meldpunt restart SERVICE\necho `done`"
    assert shell.filled({"SERVICE": "intake"}).text.startswith("meldpunt restart intake\n")
    assert (query.database, sorted(query.names)) == ("rights", ["ROW"])
    assert [(one.mark, one.commands) for one in others] == [(PEOPLE, ()), (CLUSTER, ()), ("", ())]
    with pytest.raises(KeyError):
        shell.filled({})
    with pytest.raises(ValueError, match="in which database"):
        _ = Command("sql", "SELECT 1").database
    file.write_text(TEXT.replace("```sql", "```python"))
    with pytest.raises(ValueError, match="nobody runs python"):
        steps_of(file)


# --- what the drill sees ------------------------------------------------------------------------


class Answers(BaseHTTPRequestHandler):
    """As Prometheus answers: with one series for as long as the file is there."""

    there: Path

    def do_GET(self) -> None:
        found = [{"metric": {"service": "intake"}}] if self.there.exists() else []
        body = json.dumps({"status": "success", "data": {"result": found}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    handler = type("Here", (Answers,), {"there": tmp_path / "wrong"})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    home = Home(tmp_path)
    home.make()
    prometheus = Prometheus(f"http://127.0.0.1:{server.server_port}")
    yield Stage(home, cast("Any", None), prometheus, tmp_path / "clock", tmp_path / "kept", lambda _text: None)
    prometheus.close()
    server.shutdown()
    thread.join()
    server.server_close()


ALERT = Alert("One", "up == 0", "0m", "page", "It is wrong.", ())
RUNBOOK = "# One\n\n## See more\n\n```promql\nup\n```\n\n## What to do\n\n1. Mend it:\n   ```sh\n   {}\n   ```\n2. *For people.* Call.\n"


SEEN, NEVER_SEEN, NEVER_OVER = Patience(60, 60), Patience(0.5, 0.5), Patience(60, 0.5)
"""Of what comes there is patience enough, also on a machine that is busy; what does not come need not be waited for."""


def rehearsed(stage: Stage, command: str, *, begins: bool = True, patience: Patience = SEEN) -> tuple[list[str], Count]:
    def begin(stage: Stage) -> dict[str, str]:
        if begins:
            (stage.home.path / "wrong").touch()
        return {}

    runbook, count = stage.home.path / "one.md", Count()
    runbook.write_text(RUNBOOK.format(command))
    one = Rehearsal("One", "it is broken", begin, {"service": "intake"})
    return rehearse(stage, one, ALERT, count, runbook=runbook, patience=patience), count


def test_a_runbook_that_helps_is_right_and_what_was_done_is_counted(stage: Stage) -> None:
    faults, count = rehearsed(stage, 'rm "$MELDPUNT_HOME/wrong"')
    assert faults == []
    assert (count.run, count.for_people, count.on_cluster) == (2, 1, 0)


def test_what_does_not_help_is_wrong(stage: Stage) -> None:
    assert "not over" in rehearsed(stage, "true", patience=NEVER_OVER)[0][0]
    told = rehearsed(stage, "true", patience=NEVER_OVER)[0][0]
    assert "before anything was done" in told, "it goes on from the one before"
    stage.home.path.joinpath("wrong").unlink()
    failed, *_ = rehearsed(stage, 'rm "$MELDPUNT_HOME/wrong" && no-such-command')[0]
    assert "One, step 1" in failed
    assert "127" in failed
    unsaid, *_ = rehearsed(stage, 'rm "$MELDPUNT_HOME/wrong"; echo SERVICE', patience=NEVER_OVER)[0]
    assert "nobody says what SERVICE is" in unsaid
    stage.home.path.joinpath("wrong").unlink()
    assert "not seen" in rehearsed(stage, "true", begins=False, patience=NEVER_SEEN)[0][0]


def test_an_alert_that_there_is_not_is_refused_before_anything_begins(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match=r"Nothing: there is no such alert; there are .*MeldpuntDoorFails"):
        run(Place(tmp_path, print, only=("MeldpuntDoorFails", "Nothing")))
    assert list(tmp_path.iterdir()) == []
