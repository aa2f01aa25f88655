"""What the collector writes in one round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ticker.model import CLOCKS_DIFFER, Cause, Heard, Rate, Revision, Round, Story
from ticker.snapshot import Content, dump
from ticker.store import rows as r
from ticker.store import tables as t
from ticker.store.engine import StoreError
from ticker.store.reads import Reads
from ticker.store.rows import LastBody
from ticker.store.session import Session, new_id


class Write(Reads):
    """One round's transaction, with every read inside it. Other connections see all of it or nothing."""

    def __init__(self, session: Session, token: int) -> None:
        self._session, self._token = session, token
        self._run = session.run

    def _reading(self) -> AbstractContextManager[Session]:
        return nullcontext(self._session)

    @property
    def changes_rates(self) -> bool:
        """Whether this transaction has changed a revision: `rates_version` grows only with its commit."""
        return "rates" in self._session.moved

    def add(
        self,
        source: str,
        rate: Rate,
        *,
        seen_at: datetime,
        last_modified: datetime | None = None,
        body_hash: str = "",
        origin: str = "",
        held_reason: str | None = None,
        cause: Cause = Cause.NONE,
        first: bool = False,
        confirmed: bool = False,
    ) -> int:
        """Add a revision and return its id. With `held_reason` it is held from the start, by the rule `cause`. A
        `first` figure is shown as unconfirmed until it is `confirmed`. `origin` names what it was read from where that
        is not the source's own table."""
        one = Revision(
            0,
            source,
            rate,
            seen_at,
            last_modified,
            body_hash,
            origin,
            held_at=None if held_reason is None else seen_at,
            reason=held_reason or "",
            cause=cause,
            first=first,
            confirmed_at=seen_at if confirmed else None,
        )
        self._session.moved.add("rates")
        return new_id(self._run(t.rates.insert().values(r.revision_row(one))))

    def hold(self, revision: int, at: datetime, reason: str, cause: Cause = Cause.NONE) -> None:
        self._judge(revision, {"held_at": at, "reason": reason, "cause": cause, "released_at": None})

    def release(self, revision: int, at: datetime, *, by_operator: bool = False) -> None:
        self._judge(revision, self._once("released_at", at) | _word(by_operator))

    def discard(self, revision: int, at: datetime, *, by_operator: bool = False) -> None:
        """Never to be shown, and a witness of nothing."""
        self._judge(revision, self._once("discarded_at", at) | _word(by_operator))

    def confirm(self, revision: int, at: datetime) -> None:
        """A first figure was borne out."""
        self._judge(revision, self._once("confirmed_at", at))

    def _once(self, column: str, at: datetime) -> dict[str, Any]:
        return {column: sa.func.coalesce(t.rates.c[column], sa.literal(at, t.Moment))}

    def _judge(self, revision: int, values: Mapping[str, Any]) -> None:
        self._session.moved.add("rates")
        if not self._run(t.rates.update().where(t.rates.c.id == revision).values(values)).rowcount:
            raise StoreError(f"{self._session.database.address}: there is no revision {revision}")

    def put_stories(self, stories: Sequence[Story], seen_at: datetime) -> None:
        """Insert stories, or update those with the same headline id. All of them were in their feed at `seen_at`."""
        rows = {t.storable(story.headline.id): r.story_row(story, seen_at) for story in stories}
        past = sa.select(t.stories.c.id, t.stories.c.title).where(t.stories.c.id.in_(rows))
        known = {row.id: row.title for row in self._run(past)} if rows else {}
        changed = [id_ for id_, title in known.items() if title != t.storable(rows[id_]["title"])]
        if titles := [{"story": id_, "title": known[id_], "until": seen_at} for id_ in changed]:
            self._run(t.titles.insert(), titles)
        if new := [row for id_, row in rows.items() if id_ not in known]:
            self._run(t.stories.insert(), new)
        if old := [{**row, "known": id_} for id_, row in rows.items() if id_ in known]:
            columns: dict[str, Any] = {name: sa.bindparam(name) for name in old[0] if name not in ("id", "known")}
            self._run(t.stories.update().where(t.stories.c.id == sa.bindparam("known")).values(columns), old)

    def record_look(self, source: str, subject: str, at: datetime) -> None:
        """Record a good look: it extends the newest run of looks, or begins a run after an interruption."""
        mine = (t.looks.c.source == source) & (t.looks.c.subject == subject) & t.looks.c.newest
        run = self._run(t.looks.select().where(mine)).first()
        if run is not None and run.open and run.last_at == at:
            return
        self._session.moved.add("confirmations")
        # An `at` before the last look: the clock had been ahead. Keeping the later moment would claim looks that never
        # happened, so the run that was ahead ends and a new one begins.
        if run is not None and run.open and run.last_at < at:
            self._run(t.looks.update().where(t.looks.c.id == run.id).values(last_at=at))
            return
        if run is not None:
            self._run(t.looks.update().where(t.looks.c.id == run.id).values(newest=False, open=False))
        row = {"source": source, "subject": subject, "first_at": at, "last_at": at, "newest": True, "open": True}
        self._run(t.looks.insert().values(row))

    def interrupt(self, source: str, subjects: Sequence[str] | None = None) -> None:
        """Let the next look at these subjects (None: at all of the source) begin a new run."""
        runs = (t.looks.c.source == source) & t.looks.c.newest & t.looks.c.open
        if subjects is not None:
            runs &= t.looks.c.subject.in_(subjects)
        self._run(t.looks.update().where(runs).values(open=False))

    def save_body(self, source: str, body: LastBody | None) -> None:
        """Replace what is known of the source's last body; None forgets it."""
        put_body(self._session, source, body)

    def save_heard(self, source: str, heard: Heard) -> None:
        state = r.dump_heard(heard)
        if not self._run(t.heard.update().where(t.heard.c.source == source).values(state=state)).rowcount:
            self._run(t.heard.insert().values(source=source, state=state))

    def record(self, round: Round) -> None:
        self._run(t.rounds.insert().values(r.round_row(round)))

    def done(self, command: int, at: datetime) -> None:
        """Mark a command as carried out."""
        self._run(t.commands.update().where(t.commands.c.id == command).values(done_at=at))

    def publish(self, content: Content, at: datetime) -> int | None:
        """Store a new version of the snapshot and return its number; None when the stored one has the same content.

        The number comes from the store alone, never from time. `as_of` does not go back with a clock, unless the stored
        one is so far ahead of `at` that the clock behind it must have been wrong.
        """
        body = t.storable(dump(content))
        old = self._run(t.snapshot.select()).one()
        if old.version and old.body == body:
            return None
        version: int = old.version + 1
        as_of = at if old.as_of - at > CLOCKS_DIFFER else max(at, old.as_of)
        values = {"version": version, "token": self._token, "as_of": as_of, "body": body}
        self._run(t.snapshot.update().values(values))
        return version

    def prune(self, before: datetime) -> None:
        """Delete rounds, stories with their clicks and titles, and carried out commands older than `before`."""
        self._run(t.rounds.delete().where(t.rounds.c.ended_at < before))
        self._run(t.stories.delete().where(t.stories.c.last_seen_at < before))
        for of_story in (t.titles, t.clicks):
            self._run(of_story.delete().where(of_story.c.story.not_in(sa.select(t.stories.c.id))))
        self._run(t.batches.delete().where(t.batches.c.at < before))
        self._run(t.commands.delete().where(t.commands.c.done_at < before))


def _word(by_operator: bool) -> dict[str, Any]:
    return {"by_operator": True} if by_operator else {}


def put_body(session: Session, source: str, body: LastBody | None) -> None:
    session.run(t.bodies.delete().where(t.bodies.c.source == source))
    if body is not None:
        session.run(t.bodies.insert().values(r.body_row(source, body)))
