"""What is wrong with a barcode, if anything; it is sent as it is either way.

GTINs (EAN-8, UPC-A, EAN-13, GTIN-14) and ISBN-13 share a check digit: GS1 General Specifications,
section 7.9; ISBN-10 has its own, which may be an X: ISBN Users' Manual, section 6.
"""

from __future__ import annotations

import re

from syncd.phrases import phrase

KINDS = {8: "EAN-8", 12: "UPC-A", 13: "EAN-13", 14: "GTIN-14"}
ISBN_10 = re.compile(r"\d{9}[\dX]")
AMAZON = re.compile(r"B0[0-9A-Z]{8}")  # an ASIN, which Shopify takes as one


def fault(code: str) -> str | None:
    """What is wrong in a few words, or None; empty is no fault, the variant just has no barcode."""
    if not code or AMAZON.fullmatch(code):
        return None
    if ISBN_10.fullmatch(code):
        digits = [10 if sign == "X" else int(sign) for sign in code]
        weighted = sum(
            digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)
        )
        return None if weighted % 11 == 0 else phrase("the check digit of this ISBN-10 is wrong")
    if not (code.isascii() and code.isdigit()):
        return phrase("it has other characters than digits")
    if len(code) not in KINDS:
        return phrase("it has {count} digits; a barcode has 8, 12, 13 or 14", count=len(code))
    right = check_digit(code[:-1])
    if code[-1] != right:
        return phrase(
            "the check digit of this {kind} is {digit}, should be {right}",
            kind=KINDS[len(code)],
            digit=code[-1],
            right=right,
        )
    return None


def check_digit(digits: str) -> str:
    """The digit that makes a GTIN of these: weights 3 and 1 by turns, from the right."""
    weighted = sum(
        int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighted % 10)
