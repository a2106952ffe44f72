"""Documents, understood once however often they are sent."""

from __future__ import annotations

import re
from functools import lru_cache

from graphql import DocumentNode, GraphQLSyntaxError, SourceLocation, parse
from graphql.language import Source, get_location

from syncd.sandbox.faults import Fault
from syncd.sandbox.schema import executable
from syncd.sandbox.validation import document_faults
from syncd.sandbox.versions import NEWEST

KEPT = 1_000

TOKEN = re.compile(r'\.\.\.|-?\d+\.\d+|-?\d+|\w+|"(?:[^"\\\n]|\\.)*"|\S')
SIGNS = {
    "!": "BANG",
    "$": "VAR_SIGN",
    "(": "LPAREN",
    ")": "RPAREN",
    "...": "ELLIPSIS",
    ":": "COLON",
    "=": "EQUALS",
    "@": "DIR_SIGN",
    "[": "LBRACKET",
    "]": "RBRACKET",
    "{": "LCURLY",
    "|": "PIPE",
    "}": "RCURLY",
}


@lru_cache(KEPT)
def checked(text: str, version: str = NEWEST) -> DocumentNode | tuple[Fault, ...]:
    """The document; its faults when it cannot be run."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return (_syntax_fault(text, next(iter(error.positions or ()), 0)),)
    return tuple(document_faults(executable(version), document)) or document


def _syntax_fault(text: str, position: int) -> Fault:
    """As graphql-ruby's C parser puts it: which token it met, not which it wanted."""
    tokens = list(TOKEN.finditer(text))
    met = next((one for one in tokens if one.start() >= position), None)
    shown = f'{_kind(met[0])} ("{met[0]}")' if met else "end of file"
    start = (met or tokens[-1]).start() if tokens else 0
    at: SourceLocation = get_location(Source(text), start)
    return {
        "message": f"syntax error, unexpected {shown} at [{at.line}, {at.column}]",
        "locations": [at.formatted],
        "extensions": {"code": "PARSE_ERROR"},
    }


def _kind(token: str) -> str:
    if token in SIGNS:
        return SIGNS[token]
    if token[0] == '"' and len(token) > 1:
        return "STRING"
    if token[0].isdigit() or (token[0] == "-" and len(token) > 1):
        return "FLOAT" if "." in token else "INT"
    return "IDENTIFIER" if token[0].isalpha() or token[0] == "_" else "invalid token"
