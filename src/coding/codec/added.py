"""Encodings with one byte a character that CPython lacks: the one list to add one to.

They become codecs of the CPython that imports this, so that `charmaps.py` makes their tables and
`tests/cpython.py` records what they do as if they were CPython's own.
"""

import codecs
import encodings.cp1252
import importlib.util
import inspect
import re
import sys
import types
from encodings.aliases import aliases

# By its name, in lower case with underscores: its aliases, and the 256 characters that its bytes
# are, U+FFFE where a byte has no meaning. One that is latin-1 but for the euro sign:
#     "x_example": (["ex_1"], LATIN_1.replace("\x80", "\u20ac")),
LATIN_1 = "".join(map(chr, range(256)))
ADDED = {}


def add(name, names, characters):
    """Makes a module as those of `encodings` are."""
    for it in (name, *names):
        if not re.fullmatch("[a-z0-9_]{1,32}", it):
            raise ValueError(f"{it!r}: write x_y, which is found as x-y and X-Y, too")
        if it in aliases or importlib.util.find_spec(f"encodings.{it}"):
            raise ValueError(f"{it!r}: CPython has it")
    if len(characters) != 256:
        raise ValueError(f"{name}: {len(characters)} characters and not 256")
    source = inspect.getsource(encodings.cp1252).replace("cp1252", name)
    module = types.ModuleType(f"encodings.{name}")
    exec(source, module.__dict__)
    module.decoding_table = characters
    module.encoding_table = codecs.charmap_build(characters)
    sys.modules[module.__name__] = module
    aliases.update((alias, name) for alias in names)


for name, (names, characters) in ADDED.items():
    add(name, names, characters)
