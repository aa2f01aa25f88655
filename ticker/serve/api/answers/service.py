"""The strip and the state of the service."""

from __future__ import annotations

from urllib.parse import urlencode

from ticker import __version__
from ticker.rates.day import Moment
from ticker.rates.held import held_revisions
from ticker.serve.api import models, params
from ticker.serve.api.answers.formatter import Formatter
from ticker.serve.site import Site
from ticker.serve.strip import json
from ticker.serve.strip.options import parse
from ticker.serve.strip.view import present
from ticker.snapshot import NEVER
from ticker.store import StoreError


def strip_json(moment: Moment, asked: params.StripParams, site: Site) -> bytes:
    """As /strip.json has it."""
    own = asked.model_dump(exclude_unset=True, exclude={"preset", "at"})
    own |= {} if asked.preset else {"lang": asked.lang}
    names = {"preset": asked.preset, "home": site.home}
    begin, _ = parse(urlencode({name: text for name, text in names.items() if text}), site.offered())
    options = begin.model_copy(update={**own, "home": site.home})
    return json.render(present(moment.snapshot, moment.judged, options, terms=site.terms.own))


def status(moment: Moment) -> models.Status:
    tell, snapshot, judged = Formatter(moment), moment.snapshot, moment.judged
    try:
        own = list(moment.content.grace)
        held: int | None = sum(one.source in own for one in held_revisions(moment.past, own, moment.at))
    except StoreError:
        held = None
    return models.Status(
        service=f"som-ticker {__version__}",
        demo=snapshot.content.demo,
        at=tell.time_or_none(moment.at),
        version=snapshot.version,
        as_of=tell.time_or_none(snapshot.as_of) if snapshot.as_of != NEVER else None,
        until=tell.time(judged.until),
        store="away" if held is None else "ok",
        held=held,
        rates=[
            models.RateState(
                currency=one.currency,
                freshness=one.freshness.value,
                confirmed=one.confirmed,
                valid_on=str(one.last.valid_on) if one.last else None,
                next_valid_on=str(one.next.valid_on) if one.next else None,
                source=one.source or None,
            )
            for one in judged.figures
        ],
        feeds=[models.FeedState(feed=one.feed, freshness=one.freshness.value) for one in judged.feeds],
    )
