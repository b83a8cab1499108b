"""A rule's code → the address of its page, where the reference is published."""

from __future__ import annotations

from functools import cache

_LABEL = "Documentation"
_NOWHERE = "example.org"  # stands for an address that is not known yet (RFC 2606)


def rule_address(code: str) -> str | None:
    """Say where people read about a rule; `None` where nobody has published the reference.

    The reference's address is `Documentation` among the project's addresses in the package's
    metadata; `keraslint rule --all --output-format html` writes what stands there.
    """
    return address_under(_documentation(), code)


def address_under(reference: str, code: str) -> str | None:
    """Place a rule in the reference."""
    return f"{reference}#{code}" if reference and _NOWHERE not in reference else None


@cache
def _documentation() -> str:
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        listed = metadata("keraslint").get_all("Project-URL") or []
    except PackageNotFoundError:
        return ""
    addresses = dict(line.split(", ", 1) for line in listed if ", " in line)
    return str(addresses.get(_LABEL, ""))
