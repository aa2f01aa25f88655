"""A small upstream on loopback for `ticker demo` and the tests: banks in the formats of the real ones, and feeds.

What it says is invented and follows from the date alone. It keeps a bank's hours by the clock it is given, and
misbehaves on order.
"""

from ticker.demo.bank import Bank
from ticker.demo.faults import Fault
from ticker.demo.newsroom import CITIES, FEEDS, Newsroom, Story
from ticker.demo.upstream import DemoUpstream, Seen

__all__ = ["CITIES", "FEEDS", "Bank", "DemoUpstream", "Fault", "Newsroom", "Seen", "Story"]
