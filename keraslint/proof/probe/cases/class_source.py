"""A class → its text, for what can be read off it alone."""

from __future__ import annotations

import inspect
import re
from functools import cache

NOT_READ = ("keras", "tf_keras", "tensorflow")
DOCUMENTATION = re.compile(r'"""(?:.|\n)*?"""|#.*')


@cache
def sources_of(cls: type) -> str:
    """The text of the class and of its own bases; empty where one cannot be read."""
    texts = []
    for one in cls.__mro__:
        if one is not object and one.__module__.partition(".")[0] not in NOT_READ:
            try:
                texts.append(inspect.getsource(one))
            except (OSError, TypeError):
                return ""
    return DOCUMENTATION.sub("", "\n".join(texts))
