"""Which figure is believed: one file for each part of the rules (pure). docs/judging.md has them as a table.

table.py      what becomes of one answer of a bank: the way through the rules
answers.py    which answer is the newer one, and when a figure is settled as the bank's word
plausible.py  a table with a yardstick: moves, nominals, exchanges, companions
first.py      a first table, of which nothing was believed before
aftermath.py  what a believed table means for figures that are held
archive.py    the archive's figures for missing days
"""

from ticker.collect.judge.aftermath import freed_companions
from ticker.collect.judge.answers import Answered
from ticker.collect.judge.archive import judge_archive
from ticker.collect.judge.table import judge
from ticker.collect.judge.verdict import Hold, Verdict
from ticker.collect.judge.witnesses import NO_WITNESSES, Witnesses

__all__ = [
    "NO_WITNESSES",
    "Answered",
    "Hold",
    "Verdict",
    "Witnesses",
    "freed_companions",
    "judge",
    "judge_archive",
]
