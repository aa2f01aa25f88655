"""Seeded worlds: a bank that errs, the network and the clocks between it and the service, and what readers saw."""
