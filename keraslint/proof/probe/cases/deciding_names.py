"""The text of a class → whether a condition in it may depend on a name, and which ones meet."""

from __future__ import annotations

import re


def decides(name: str, text: str) -> bool:
    """May a condition depend on the argument? Without a text, it may."""
    condition = rf"\b(if|elif|while|assert|not|and|or)\b[^\n]*\b{re.escape(name)}\b"
    before = rf"\b{re.escape(name)}\b[^\n]*(\bif\b|\belse\b|\bor\b|[<>=]=|[<>])"
    return not text or re.search(f"{condition}|{before}", text) is not None


def divides(name: str, text: str) -> bool:
    """Is something divided by it, or limited by it?"""
    word = rf"\b(?:self\.)?_?{re.escape(name)}\b"
    found = rf"(//|%|\bmax\(|\bmin\(|[<>])[^\n]*{word}|{word}[^\n]*[<>]"
    return re.search(found, text) is not None


def divisors(text: str) -> list[int]:
    """Whole numbers by which the class divides."""
    return sorted({int(one) for one in re.findall(r"//\s*(\d+)\b", text) if 1 < int(one) <= 64})


def sizes_of_layers(text: str) -> list[int]:
    """Whole numbers that sub-layers are given first: what comes in may have that size."""
    made = re.findall(r"\b[A-Z]\w+\(\s*(?:units\s*=\s*|filters\s*=\s*)?(\d+)\b", text)
    return list(dict.fromkeys(int(one) for one in made if 1 < int(one) <= 256))


def is_used_as_layer(name: str, text: str) -> bool:
    """Is it called, built, or asked whether it is built?"""
    word = re.escape(name)
    used = rf"\bself\._?{word}\(|\b(?:self\.)?_?{word}\.(?:build|built|compute_output_shape)\b"
    return re.search(used, text) is not None
