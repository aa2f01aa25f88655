"""Minifies the project's own JavaScript."""

from __future__ import annotations

import re

_VERBATIM_OR_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|//[^\n]*')
_SPACED = (
    (re.compile(r"\s*\n\s*"), "\n"),
    (re.compile(r"(?<![+-]) ([+-]) (?![+-])"), r"\1"),  # a - -b is not a--b
    (re.compile(r" ?([{}()\[\];,:?=<>&|*/%!]) ?"), r"\1"),
    # A line break may end a statement: only those are removed where no statement can end.
    (re.compile(r"(?<=[{(\[,;=?:&|])\n|\n(?=[)\]},;?:.&|])"), ""),
    (re.compile(r"(?<!\));}"), "}"),  # after a parenthesis it may be the body of a loop
)


def minify_js(code: str) -> str:
    """The script without comments and without spaces that mean nothing. Strings, template literals and names stay as
    they are. The code must not have regular expression literals (`/…/`)."""
    literals: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        if not found[1]:
            return ""
        literals.append(found[1])
        return "\0"

    code = _VERBATIM_OR_COMMENT.sub(set_aside, code)
    for pattern, replacement in _SPACED:
        code = pattern.sub(replacement, code)
    rest = iter(literals)
    return re.sub("\0", lambda _: next(rest), code).strip()
