"""Who is logged in: known by a number that nobody guesses, for as long as he is there, and nowhere on disk."""

from __future__ import annotations

from services.portal.sessions import LEFT_SECONDS, LOG_IN_TAKES, MOST_KNOWN, MOST_OF_ONE, Session, Sessions, know


class Hour:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def a_session(user: str = "u-1") -> Session:
    return Session("resume", user, ("oov",))


def test_a_session_is_found_by_its_number_and_ends_when_nothing_happens() -> None:
    hour = Hour()
    sessions = Sessions(1800, 10, hour)
    number, session = sessions.begin(a_session()), a_session()
    hour.now += 1799
    found = sessions.find(number)
    assert found is not None
    assert (found.user_id, found.csrf == session.csrf) == ("u-1", False)
    hour.now += 1801
    assert sessions.find(number) is None
    assert sessions.find(None) is None
    assert sessions.find(number[:-1]) is None


def test_logging_out_is_everywhere_and_touches_nobody_else() -> None:
    sessions = Sessions(1800, 10, Hour())
    mine, also_mine, others = sessions.begin(a_session()), sessions.begin(a_session()), sessions.begin(a_session("u-2"))
    sessions.end_all_of("u-1")
    assert [sessions.find(one) is not None for one in (mine, also_mine, others)] == [False, False, True]


def test_a_log_in_is_answered_by_the_browser_that_began_it_in_time() -> None:
    hour = Hour()
    sessions = Sessions(1800, 10, hour)
    sealed, begun = sessions.begin_log_in()
    assert min(len(begun.state), len(begun.nonce), len(begun.verifier)) >= 43
    for secret in (begun.state, begun.nonce, begun.verifier):
        assert secret not in sealed
    assert sessions.end_log_in(sealed, begun.state) == begun
    assert sessions.end_log_in(sealed, "another state") is None
    other, _ = sessions.begin_log_in()
    of_another_portal, elsewhere = Sessions(1800, 10, hour).begin_log_in()
    for wrong in (None, "", "é", "x", sealed[:-4], sealed[4:], other):
        assert sessions.end_log_in(wrong, begun.state) is None
    assert sessions.end_log_in(of_another_portal, elsewhere.state) is None
    hour.now += LOG_IN_TAKES + 1
    assert sessions.end_log_in(sealed, begun.state) is None


def test_many_who_begin_take_nobodys_session_and_nobodys_log_in() -> None:
    sessions = Sessions(1800, 3, Hour())
    number = sessions.begin(a_session())
    sealed, begun = sessions.begin_log_in()
    for _ in range(10):
        sessions.begin_log_in()
    assert sessions.find(number) is not None
    assert sessions.end_log_in(sealed, begun.state) == begun


def test_one_person_takes_nobody_elses_place() -> None:
    hour = Hour()
    sessions = Sessions(1800, MOST_OF_ONE + 1, hour)
    other = sessions.begin(a_session("u-2"))
    mine = []
    for _ in range(MOST_OF_ONE + 5):
        hour.now += 1
        mine.append(sessions.begin(a_session()))
    assert sessions.find(other) is not None
    assert [sessions.find(one) is not None for one in mine] == [False] * 5 + [True] * MOST_OF_ONE


def test_a_session_does_not_print_its_tokens() -> None:
    session = a_session()
    session.tokens["assessment"] = (0.0, "secret-token")
    assert "secret-token" not in repr(session)


def test_whose_session_ended_is_known_when_he_comes_back_and_nothing_more() -> None:
    """So that what he typed is kept for him, and he need not say again for what he opened a dossier."""
    hour = Hour()
    sessions = Sessions(1800, 10, hour)
    session = a_session()
    session.purposes["S-1"], session.tokens["rights"] = "weging", (0.0, "a-token")
    number = sessions.begin(session)
    assert sessions.left(number) is None, "it goes on"
    hour.now += 1801
    left = sessions.left(number)
    assert left is not None
    assert (left.user_id, left.resume, left.tokens) == ("u-1", "", {})
    assert sessions.find(number) is None
    again = a_session()
    again.goes_on_from(left)
    assert (again.csrf, again.purposes) == (left.csrf, {"S-1": "weging"})
    # Another that begins, or one that is ended by access, leaves the same behind; logging out leaves nothing.
    other = sessions.begin(a_session())
    sessions.end(other)
    assert sessions.left(other) is not None
    sessions.end_all_of("u-1")
    assert [sessions.left(one) for one in (number, other, None)] == [None, None, None]
    number = sessions.begin(a_session())
    hour.now += 1801
    sessions.begin(a_session("u-2"))
    hour.now += LEFT_SECONDS
    sessions.end(sessions.begin(a_session("u-2")))
    assert sessions.left(number) is None


def test_looking_whether_somebody_is_there_is_no_work() -> None:
    hour = Hour()
    sessions = Sessions(1800, 10, hour)
    number = sessions.begin(a_session())
    hour.now += 1700
    assert sessions.find(number, at_work=False) is not None
    hour.now += 101
    assert sessions.find(number, at_work=False) is None


def test_nobody_fills_the_memory_with_numbers() -> None:
    """Of a number that does not exist too it is noted for what somebody opens it, before a service is asked."""
    session = a_session()
    know(session.purposes, {"S-first": "weging"})
    for place in range(MOST_KNOWN - 1):
        know(session.purposes, {f"S-{place}": "weging"})
    know(session.purposes, {"S-first": "contact-melder"})
    know(session.purposes, {"S-last": "weging"})
    assert len(session.purposes) == MOST_KNOWN
    assert session.purposes["S-first"] == "contact-melder", "who opened it again did so last"
    assert "S-0" not in session.purposes
