"""What worlds showed, added up, in tables of plain English (pure)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .bank import clock
from .check import Checker, False_
from .faults import KINDS
from .law import source_of
from .others import SOURCES
from .shown import Shown
from .witnessed import HeldByOthers, OnlyOthers, StandIn
from .world import World

_SEEN = ("nothing", "marked", "unconfirmed", "hidden", "left out", "failed", "held", "refused")


Reading = tuple[float, list[Shown]]


@dataclass
class Result:
    """One world's books."""

    seed: int
    days: int
    faults: Counter[str]
    seen: dict[str, Counter[str]]  # by kind of fault: in how many of them readers and operator saw what
    false: list[False_]
    in_contention: list[False_]
    excused: Counter[str]
    seconds: dict[str, Counter[str]]
    had_s: float
    fresh_s: float
    delays: list[float]
    corrections: list[float]
    restamps: list[bool]
    held_true: list[str]
    slow: list[str]
    rounds: int
    reads: int = field(default=0)
    mode: str = "none"  # of the other banks
    held_by_others: list[HeldByOthers] = field(default_factory=list)
    only_others: list[OnlyOthers] = field(default_factory=list)
    stand_ins: list[StandIn] = field(default_factory=list)


def result_of(world: World, checker: Checker) -> Result:
    return Result(
        world.seed,
        world.days,
        Counter(one.kind for one in world.felt if world.begin <= one.begin < world.end),
        seen_by_kind(world, checker),
        checker.false,
        checker.in_contention,
        checker.excused,
        checker.seconds,
        checker.had_s,
        checker.fresh_s,
        checker.delays,
        checker.corrections,
        checker.restamps,
        checker.held_true,
        checker.slow,
        sum(checker.rounds.values()),
        checker.reads,
        world.mode,
        checker.held_by_others,
        checker.only_others,
        checker.stand_ins,
    )


def seen_by_kind(world: World, checker: Checker) -> dict[str, Counter[str]]:
    """What was seen while each fault lasted, and in the quarter of an hour after: faults overlap."""
    found: dict[str, Counter[str]] = {}
    moments = [at for at, _ in checker.history]
    for fault in world.felt:
        if not world.begin <= fault.begin < world.end:
            continue
        end = fault.end + 900
        first = max(0, bisect_right(moments, fault.begin) - 1)
        states = set()
        for at, shown in checker.history[first:]:
            if at >= end:
                break
            states |= {one.state for one in shown if fault.of in ("", *SOURCES, source_of(one.currency))}
        told = {{"late": "marked"}.get(one, one) for one in states - {"fresh"}} or {"nothing"}
        told |= {kind for at, _, kind in checker.notable if fault.begin <= at < end}
        told |= {"left out" for at, until in checker.left_out if at < end and until > fault.begin}
        found.setdefault(fault.kind, Counter()).update(told)
    return found


def total(counters: Iterable[Counter[str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in counters:
        found.update(one)
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """In minutes; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / 60 if ordered else 0


def numbers(results: Sequence[Result]) -> list[tuple[str, str]]:
    """The figures of a run, each with its name."""
    seconds = total(counter for one in results for counter in one.seconds.values())
    whole = sum(seconds.values()) or 1
    delays = [delay for one in results for delay in one.delays]
    corrections = [delay for one in results for delay in one.corrections]
    restamps = [early for one in results for early in one.restamps]
    had = sum(one.had_s for one in results)

    def share(*states: str) -> str:
        return f"{sum(seconds[one] for one in states) / whole:.3%}"

    return [
        ("worlds", f"{len(results):,}"),
        ("days", f"{sum(one.days for one in results):,}"),
        ("faults", f"{sum(sum(one.faults.values()) for one in results):,}"),
        ("rounds", f"{sum(one.rounds for one in results):,}"),
        ("false figures", f"{sum(len(one.false) for one in results):,}"),
        ("wrong figures that could not be told", f"{sum(sum(one.excused.values()) for one in results):,}"),
        ("unmarked while two figures contend", f"{sum(len(one.in_contention) for one in results):,}"),
        ("true current figures held beyond one publication", f"{sum(len(one.held_true) for one in results):,}"),
        ("availability", f"{sum(one.fresh_s for one in results) / (had or 1):.3%}"),
        ("delay of a new table, median", f"{quantile(delays, 0.5):.1f} min"),
        ("delay of a new table, 99 of 100", f"{quantile(delays, 0.99):.1f} min"),
        ("delay of a correction, median", f"{quantile(corrections, 0.5):.1f} min"),
        ("delay of a correction, 99 of 100", f"{quantile(corrections, 0.99):.1f} min"),
        ("restamps in the store before their day", f"{sum(restamps) / (len(restamps) or 1):.2%}"),
        ("time shown fresh", share("fresh", "fresh and wrong")),
        ("time shown fresh and wrong (could not be told)", share("fresh and wrong")),
        ("time shown marked as late", share("late", "late and wrong")),
        ("time shown marked as late, and wrong", share("late and wrong")),
        ("time shown unconfirmed", share("unconfirmed", "unconfirmed and wrong")),
        ("time shown unconfirmed, and wrong", share("unconfirmed and wrong")),
        ("time hidden", share("hidden")),
    ]


def of_others(results: Sequence[Result]) -> list[tuple[str, str]]:
    """What the other banks' word did, in the worlds that have them."""
    having = [one for one in results if one.mode != "none"]
    held_true = [held for one in having for held in one.held_by_others if held.is_true]
    true = Counter(min(held.late, 2) for held in held_true if not held.by_ratio)
    wrong = [it for one in having for it in one.only_others]
    large = [it for it in wrong if it.is_large]
    caught = [it for it in large if it.caught_after is not None]
    after = sorted(it.caught_after / 3600 for it in caught if it.caught_after is not None)
    lines = [
        ("worlds with other banks", f"{len(having):,}"),
        ("true figures that their word held, they being on time", f"{true[0]:,}"),
        ("they being a day late", f"{true[1]:,}"),
        ("they being two days late", f"{true[2]:,}"),
        ("true figures that were held for their ratio", f"{sum(held.by_ratio for held in held_true):,}"),
        ("wrong figures that only they could tell", f"{len(wrong):,}"),
        ("of these off by more than twice the threshold", f"{len(large):,}"),
        ("and held by their word", f"{len(caught):,}" + (f" ({len(caught) / len(large):.0%})" if large else "")),
        ("of these never shown unmarked", f"{sum(not it.shown for it in caught):,}"),
    ]
    if after:
        at = [after[min(len(after) - 1, int(share * len(after)))] for share in (0.5, 0.9)]
        lines.append(
            (
                "hours from arrival until held: median, 9 of 10, longest",
                " / ".join(f"{one:.1f}" for one in (*at, after[-1])),
            )
        )
    for kind, said in _STAND_INS.items():
        found = [it for one in having for it in one.stand_ins if kind == ("crisis" if it.crisis else it.kind)]
        worst = {it.currency: it.off for it in sorted(found, key=lambda it: it.off)}
        told = ", ".join(f"{currency} {off:.2%}" for currency, off in sorted(worst.items()))
        lines.append((f"stand-ins, {said}", f"{len(found):,}" + (f"; largest difference {told}" if told else "")))
    return lines


_STAND_INS = {
    "working": "all agreeing banks on time",
    "late": "a late one among them",
    "wrong": "a wrong one among them",
    "crisis": "in the crisis of 2022",
}


def summary(results: Sequence[Result]) -> str:
    """For the terminal."""
    lines = [f"{name}: {value}" for name, value in numbers(results)]
    lines += [f"{name}: {value}" for name, value in of_others(results)]
    wrong = Counter(f"{one.what}" for result in results for one in result.false)
    lines.append(f"false, by what: {dict(wrong)}; worlds with one: {sum(bool(one.false) for one in results)}")
    lines.append(f"could not be told, by reason: {dict(total(one.excused for one in results))}")
    lines += [f"slow: world {one.seed} {text}" for one in results for text in one.slow]
    lines += [f"held true: world {one.seed} {text}" for one in results for text in one.held_true[:4]]
    return "\n".join(lines)


def kinds_seen(results: Sequence[Result]) -> list[tuple[str, int, Mapping[str, int]]]:
    counts = total(one.faults for one in results)
    return [
        (kind, counts[kind], total(one.seen[kind] for one in results if kind in one.seen))
        for kind in KINDS
        if counts[kind]
    ]


def differing(one: Sequence[Reading], other: Sequence[Reading]) -> str:
    """Where two tiers showed different things in the same world; "" where they did not. Moments may differ by a
    second: a page says its own in whole seconds."""
    left, right = changes(one), changes(other)
    for (at, shown), (also_at, also_shown) in zip(left, right, strict=False):
        if shown != also_shown or abs(at - also_at) > 1.5:
            told = [" · ".join(map(str, each)) for each in (shown, also_shown)]
            return f"{clock(at)}: {told[0]}\n{clock(also_at)}: {told[1]}"
    return "" if len(left) == len(right) else f"{len(left)} changes and {len(right)}"


def changes(history: Sequence[Reading]) -> list[Reading]:
    """What was shown, each time that it changed."""
    return [one for nth, one in enumerate(history) if not nth or one[1] != history[nth - 1][1]]


def document(
    fast: Sequence[Result], long: Sequence[Result], whole: Sequence[Result], late: Sequence[str], recorded: bool
) -> str:
    """docs/faults.md. The same worlds give the same text. `late`: a table of true figures that were held."""
    runs = [(name, results) for name, results in _named(fast, long, whole) if results]
    columns = [dict(numbers(results)) for _, results in runs]
    lines = [
        "# Faults, and what is seen of them",
        "",
        "Written by `make replay`. A world is a bank, its archive and a feed that err, the network and the clocks",
        "between them and the service, all decided by one number; what readers were shown is compared with what the",
        "bank meant. To see everything that happened in one: `python -m tests.worlds.replay --explain NUMBER`.",
        "",
        f"The bank's figures are {'the recorded official series' if recorded else 'made, with the statistics of NBKR'}",
        "from July 2021 to August 2026.",
        "",
        "| | " + " | ".join(name for name, _ in runs) + " |",
        "|---|" + "---|" * len(runs),
        *(f"| {name} | " + " | ".join(column[name] for column in columns) + " |" for name in columns[0]),
        "",
        *_DEFINITIONS,
        "",
        "## Other banks",
        "",
        *_OTHERS,
        "",
        "| in the fast worlds | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in of_others([*fast, *long])),
        "",
        "True tables of five years beside other banks that are right and late, and what their word holds then:",
        "",
        *late,
        "",
        "## By kind of fault",
        "",
        "Faults overlap: what another one caused meanwhile is counted too. *Reader*: of so many faults, how often any",
        "figure was marked as late, marked as unconfirmed, or gave way to a dash while the fault lasted and a quarter",
        "of an hour longer; `/strip.json` says the same as `freshness` and `confirmed`. *Program*: how often a figure",
        "of today was left out of the formats that have no mark (`/compat`). *Operator*: how often `/status` told of",
        "a failed round, of a held figure, or of a table that was refused or is no news.",
        "",
        "| fault | what it is | faults | reader: nothing | late | unconfirmed | dash | program: left out "
        "| operator: failed | held | refused |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, count, seen in kinds_seen([*fast, *long, *whole]):
        lines.append(f"| {kind} | {KINDS[kind]} | {count:,} | " + " | ".join(f"{seen[one]:,}" for one in _SEEN) + " |")
    return "\n".join([*lines, ""])


def _named(
    fast: Sequence[Result], long: Sequence[Result], whole: Sequence[Result]
) -> list[tuple[str, Sequence[Result]]]:
    return [("fast worlds", fast), ("long worlds", long), ("whole worlds", whole)]


_OTHERS = (
    "In most worlds seven other banks tell of the same days, with figures made from the official series and",
    "differences as large as the recorded ones: five set the som themselves, two tell only of ratios. They err too:",
    "gone for days, late by one or two days (they say so, or print old figures under the current date), wrong for up",
    "to a month, exchanged, ten times off. In a third of these worlds all five are late throughout, in a tenth two",
    "lie at a time; else not more than one is wrong at a time. A wrong figure *that only they could tell* is one that",
    "the bank's own answers do not contradict. It is false where two agreeing banks without fault, more than there",
    "are others, have tables of its own day that lie further from it than twice the threshold, it moved away from",
    "them, their word did not hold the table before, and the bank's table was answered once more since. *Late* is",
    "beside their ordinary day. A stand-in is measured against the official figure of its day.",
)

_DEFINITIONS = (
    "*Fast*: rounds, judge, a store in memory, the view. *Whole*: two processes, SQLite, HTTP, pages in three",
    "languages, kills; each is replayed in the fast tier too, and both show the same at the same moments.",
    "",
    "A figure is *false* where it is shown without a mark and is not what the bank meant, although the bytes that came",
    "could tell: it lies beyond the limit of the true figures beside it, is an exchange, has an unknown nominal or a",
    "day that cannot be, or the bank gave another figure for its day in a later answer for long enough.",
    "*Availability*: of the time, currency by currency, from the first answer with today's true figure that one could",
    "have had, the part in which it was shown as fresh. *Delay*: from the later of the publication and the moment from",
    "which the bank could be reached, for tables that were published in the window.",
)
