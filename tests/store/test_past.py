"""What the store knows of the past, and what it counts: the same on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ticker.model import DAY, Headline, Outcome, Rate, Round, Story
from ticker.rates.calendar import Outlooks
from ticker.rates.tracks import tracks_of_revisions

NOON = datetime(2026, 5, 22, 12, 0, 0, 123456, UTC)
HOUR = timedelta(hours=1)
FRIDAY = date(2026, 5, 22)
SOURCES = ("nbkr", "nbkr-weekly")


@pytest.fixture
def token(store):
    return store.lease("me", 3600)


def rate(quoted, valid_on=FRIDAY, currency="USD", days=1):
    return Rate(currency, Decimal(quoted), 1, valid_on, valid_on + (days - 1) * DAY)


def figures(revisions):
    return [(one.source, one.rate.currency, one.rate.valid_on.day, str(one.rate.quoted)) for one in revisions]


def official(revisions):
    tracks = tracks_of_revisions(revisions, dict.fromkeys(SOURCES, 0), Outlooks(0))
    return [period.revision for of in tracks.values() for track in of for period in track.periods]


def story(name="a", title="A blackout", at=NOON, summary=""):
    return Story(Headline(name, title, f"https://example.org/{name}", "kaktus", at, at), None, None, summary)


# --- official figures ---------------------------------------------------------------------------------------------


def test_of_each_day_and_source_the_newest_believed_figure_is_official(store, token):
    with store.write(token) as write:
        write.add("nbkr-weekly", rate("1.0", currency="CNY", days=7), seen_at=NOON)
        write.add("nbkr-weekly", rate("12.0", currency="GBP", days=7), seen_at=NOON)
        write.add("nbkr-weekly", rate("0.34", currency="BYR", days=7), seen_at=NOON)  # which ended in 2016
        write.add("nbkr", rate("2.0", currency="CNY"), seen_at=NOON)
        write.add("nbkr", rate("87.4500"), seen_at=NOON)
        write.add("nbkr", rate("87.5000"), seen_at=NOON + HOUR)
        write.add("nbkr", rate("874.5"), seen_at=NOON + HOUR, held_reason="ten-fold")
        write.add("nbkr", rate("88", FRIDAY + DAY), seen_at=NOON)
    assert figures(official(store.revisions_between(SOURCES, FRIDAY, FRIDAY))) == [
        ("nbkr", "CNY", 22, "2.0"),
        ("nbkr-weekly", "CNY", 22, "1.0"),
        ("nbkr-weekly", "GBP", 22, "12.0"),
        ("nbkr", "USD", 22, "87.5000"),
    ]


def test_what_was_official_at_a_moment_leaves_out_what_came_later(store, token):
    with store.write(token) as write:
        write.add("nbkr", rate("87"), seen_at=NOON)
        slip = write.add("nbkr", rate("870"), seen_at=NOON + HOUR, held_reason="ten-fold")
        doubted = write.add("nbkr", rate("1.1", currency="RUB"), seen_at=NOON)
        write.add("nbkr", rate("88"), seen_at=NOON + 5 * HOUR)
    with store.write(token) as write:
        write.release(slip, NOON + 2 * HOUR)
        write.hold(doubted, NOON + 2 * HOUR, "archive and table contradict each other")
        write.discard(slip, NOON + 4 * HOUR)

    def known(hours):
        return figures(official(store.revisions_between(SOURCES, FRIDAY, FRIDAY, NOON + hours * HOUR)))

    rouble = ("nbkr", "RUB", 22, "1.1")
    assert known(-1) == []
    assert known(1) == [rouble, ("nbkr", "USD", 22, "87")]
    assert known(2) == [("nbkr", "USD", 22, "870")]
    assert known(4) == [("nbkr", "USD", 22, "87")]
    assert known(5) == [("nbkr", "USD", 22, "88")]


def test_decades_of_figures_come_as_they_were_printed_without_what_is_not_believed(store, token):
    with store.write(token) as write:
        write.add("nbkr", rate("87.4500"), seen_at=NOON)
        write.add("nbkr", rate("874.5"), seen_at=NOON + HOUR, held_reason="ten-fold")
        write.add("nbkr-weekly", replace(rate("5.5120", currency="JPY", days=7), nominal=10), seen_at=NOON)
        write.add("nbkr", rate("100.2000", currency="EUR"), seen_at=NOON)
    assert store.believed_rates(SOURCES, {"USD", "JPY"}) == [
        (3, "nbkr-weekly", "JPY", "5.5120", 10, FRIDAY, FRIDAY + 6 * DAY, True),
        (1, "nbkr", "USD", "87.4500", 1, FRIDAY, FRIDAY, True),
    ]
    assert store.believed_rates(["ecb"], {"USD"}) == []


def test_all_that_was_said_of_some_days_can_be_told_as_it_stood_at_a_moment(store, token):
    with store.write(token) as write:
        write.add("nbkr", rate("86", FRIDAY - DAY), seen_at=NOON - HOUR)
        slip = write.add("nbkr", rate("870"), seen_at=NOON, held_reason="ten-fold")
        write.add("nbkr", rate("87"), seen_at=NOON + 2 * HOUR)
        write.discard(slip, NOON + 2 * HOUR)
    now, then = (
        store.revisions_between(SOURCES, FRIDAY, FRIDAY),
        store.revisions_between(SOURCES, FRIDAY, FRIDAY, NOON + HOUR),
    )
    assert [(one.id, one.held, one.believed) for one in now] == [(2, False, False), (3, False, True)]
    assert [(one.id, one.held, one.believed) for one in then] == [(2, True, False)]


def test_what_was_known_at_a_moment_has_the_states_and_looks_of_then(store, token):
    with store.write(token) as write:
        slip = write.add("nbkr", rate("870"), seen_at=NOON, held_reason="ten-fold")
        write.record_look("nbkr", "USD", NOON)
    with store.write(token) as write:
        write.release(slip, NOON + 2 * HOUR)
        write.record_look("nbkr", "USD", NOON + 2 * HOUR)
    with store.write(token) as write:
        write.interrupt("nbkr")
    with store.write(token) as write:
        write.record_look("nbkr", "USD", NOON + 9 * HOUR)

    def looked(hours):
        return store.state_at(SOURCES, FRIDAY, NOON + hours * HOUR)[1].get(("nbkr", "USD"))

    assert [looked(hours) for hours in (-1, 1, 5, 9)] == [None, NOON + HOUR, NOON + 2 * HOUR, NOON + 9 * HOUR]
    (then,), (now,) = (store.state_at(SOURCES, FRIDAY, NOON + hours * HOUR)[0]["nbkr"] for hours in (1, 2))
    assert (then.held, now.held) == (True, False)


def test_between_two_rounds_a_look_is_that_of_the_last_good_one(store, token):
    for hours, outcome, subjects in (
        (0, Outcome.CHANGED, ("EUR", "USD")),
        (1, Outcome.CONFIRMED, ("EUR",)),
        (2, Outcome.FAILED, ()),
    ):
        with store.write(token) as write:
            began = NOON + hours * HOUR
            write.record(Round("nbkr", began, began, outcome))
            for subject in subjects:
                write.record_look("nbkr", subject, began)
    with store.write(token) as write:
        write.record_look("nbkr", "EUR", NOON + 3 * HOUR)

    def looked(minutes):
        return store.state_at(SOURCES, FRIDAY, NOON + timedelta(minutes=minutes))[1]

    assert looked(30) == {("nbkr", "EUR"): NOON, ("nbkr", "USD"): NOON}
    assert looked(150) == {("nbkr", "EUR"): NOON + HOUR, ("nbkr", "USD"): NOON}


def test_a_look_is_never_put_before_the_first_one(store, token):
    """As when an operator accepts a held figure: it is seen between two rounds, and not at the round before."""
    with store.write(token) as write:
        write.record(Round("nbkr", NOON, NOON, Outcome.CHANGED))
        write.record_look("nbkr", "EUR", NOON)
        write.record_look("nbkr", "USD", NOON + HOUR)
    with store.write(token) as write:
        write.record_look("nbkr", "USD", NOON + 3 * HOUR)
    looks = store.state_at(SOURCES, FRIDAY, NOON + 2 * HOUR)[1]
    assert looks == {("nbkr", "EUR"): NOON, ("nbkr", "USD"): NOON + HOUR}


def test_every_change_of_a_figure_is_counted_and_nothing_else(store, token):
    versions = [store.rates_version()]
    for change in (
        lambda write: write.add("nbkr", rate("87"), seen_at=NOON),
        lambda write: write.discard(1, NOON),
        lambda write: write.record_look("nbkr", "USD", NOON),
        lambda write: write.put_stories([story()], NOON),
    ):
        with store.write(token) as write:
            change(write)
        versions.append(store.rates_version())
    assert versions == [0, 1, 2, 2, 2]


# --- headlines ----------------------------------------------------------------------------------------------------


def test_headlines_of_a_moment_have_the_titles_of_then(store, token):
    first, second, late = story(title="One"), story("b", "Two", NOON + HOUR), story("c", "Late", NOON + 9 * HOUR)
    with store.write(token) as write:
        write.put_stories([first], NOON)
    for hours, title in ((1, "One, corrected"), (3, "One, at last")):
        changed = replace(first, headline=replace(first.headline, title=title))
        with store.write(token) as write:
            write.put_stories([changed, second], NOON + hours * HOUR)
            write.put_stories([late], NOON + 9 * HOUR)

    def titles(hours, limit=5):
        return [one.title for one in store.recent_headlines("kaktus", limit, NOON + hours * HOUR)]

    assert titles(0) == ["One"]
    assert titles(1) == ["Two", "One, corrected"]
    assert titles(4) == ["Two", "One, at last"]
    assert titles(9, limit=1) == ["Late"]


def test_headlines_are_paged_without_repeating_or_skipping_one(store, token):
    with store.write(token) as write:
        same = [story(name, at=NOON) for name in "cab"]
        write.put_stories([*same, *(story(f"n{n}", at=NOON + n * HOUR) for n in (1, 2))], NOON + 3 * HOUR)
    found, before = [], None
    while page := store.headlines({"kaktus"}, 2, before=before):
        found += [one.id for one in page]
        before = page[-1].published_at, page[-1].id
    assert found == ["n2", "n1", "c", "b", "a"]
    span = store.headlines({"kaktus"}, 9, since=NOON, until=NOON + 2 * HOUR)
    assert [one.id for one in span] == ["n1", "c", "b", "a"]
    assert store.headlines({"other"}, 9) == store.headlines(set(), 9) == []


def test_a_story_is_found_with_its_summary(store, token):
    with store.write(token) as write:
        write.put_stories([story(summary="What happened.")], NOON)
    assert store.story("a") == story(summary="What happened.")
    assert store.story("b\0") is None


# --- what readers open --------------------------------------------------------------------------------------------


def test_counts_add_up_and_a_batch_counts_once(store, token):
    with store.write(token) as write:
        write.put_stories([story("a"), story("b")], NOON)
    store.count("batch 1", {("a", NOON, "click"): 2, ("b", NOON, "click"): 1, ("nobody's", NOON, "click"): 7})
    store.count("batch 2", {("a", NOON, "click"): 3, ("a", NOON, "view"): 1, ("a", NOON + HOUR, "click"): 4})
    store.count("batch 1", {("a", NOON, "click"): 2, ("b", NOON, "click"): 1})
    assert store.counts(NOON + HOUR) == [("a", NOON + HOUR, "click", 4)]
    assert store.counts(NOON) == [
        ("a", NOON, "click", 5),
        ("a", NOON, "view", 1),
        ("b", NOON, "click", 1),
        ("a", NOON + HOUR, "click", 4),
    ]
    assert store.totals(["a", "b", "c"]) == {"a": 10, "b": 1}


def test_processes_that_count_at_once_lose_nothing(world, store, token):
    with store.write(token) as write:
        write.put_stories([story("a"), story("b")], NOON)
    world.processes(
        4,
        "from datetime import timedelta\n"
        "opened, hour = store(), datetime(2026, 5, 22, 12, tzinfo=UTC)\n"
        "for nth in range(10):\n"
        "    rows = {('ab'[(nth + offset) % 2], hour, 'click'): 1 for offset in range(2)}\n"
        "    opened.count(f'{os.getpid()}-{nth}', rows)\n",
    )
    assert store.totals(["a", "b"]) == {"a": 40, "b": 40}


def test_with_a_forgotten_story_go_its_clicks_and_titles(world, store, token):
    with store.write(token) as write:
        write.put_stories([story("a", "One")], NOON)
        write.put_stories([story("a", "Two")], NOON)
    store.count("batch", {("a", NOON, "click"): 2})
    store.prune(token, NOON + HOUR)
    assert [
        world.sql(f"SELECT count(*) FROM ticker_{name}") for name in ("stories", "titles", "clicks", "batches")
    ] == [[(0,)]] * 4
