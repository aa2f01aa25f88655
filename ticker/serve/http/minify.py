"""Scripts as they are sent."""

from __future__ import annotations

import re

_VERBATIM_OR_COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|//[^\n]*')
_SPACED = (
    (re.compile(r"\s*\n\s*"), "\n"),
    (re.compile(r"(?<![+-]) ([+-]) (?![+-])"), r"\1"),  # a - -b is not a--b
    (re.compile(r" ?([{}()\[\];,:?=<>&|*/%!]) ?"), r"\1"),
    # A line may end a statement by itself: only those go that stand where none can end.
    (re.compile(r"(?<=[{(\[,;=?:&|])\n|\n(?=[)\]},;?:.&|])"), ""),
    (re.compile(r"(?<!\));}"), "}"),  # behind a parenthesis it may be the whole of a loop
)


def packed(code: str) -> str:
    """JavaScript of ours, which has no patterns (`/…/`), less its comments and the spaces that mean nothing. Texts,
    templates and names stay as they are."""
    kept: list[str] = []

    def laid_aside(found: re.Match[str]) -> str:
        if not found[1]:
            return ""
        kept.append(found[1])
        return "\0"

    code = _VERBATIM_OR_COMMENT.sub(laid_aside, code)
    for pattern, instead in _SPACED:
        code = pattern.sub(instead, code)
    aside = iter(kept)
    return re.sub("\0", lambda _: next(aside), code).strip()
