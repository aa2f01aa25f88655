"""The exact API of rates and headlines under /api/v1: strict parameters, dated figures, JSON and CSV.

`params` and `models` are pydantic models: the code runs on them, and the OpenAPI document and the reference page are
made of them.
"""
