"""Encodings with one byte a character that CPython lacks: the one list to add one to.

They become codecs of the CPython that imports this, so that `charmaps.py` makes their tables and
`tests/cpython.py` records what they do as if they were CPython's own.
"""

import codecs
import encodings.cp1252
import inspect
import sys
import types
from encodings.aliases import aliases

# By its name, in lower case with underscores: its aliases, and the 256 characters that its bytes
# are, U+FFFE where a byte has no meaning.
ADDED = {}


def add(name, names, characters):
    """Makes a module as those of `encodings` are."""
    assert len(characters) == 256
    source = inspect.getsource(encodings.cp1252).replace("cp1252", name)
    module = types.ModuleType(f"encodings.{name}")
    exec(source, module.__dict__)
    module.decoding_table = characters
    module.encoding_table = codecs.charmap_build(characters)
    sys.modules[module.__name__] = module
    aliases.update((alias, name) for alias in names)


for name, (names, characters) in ADDED.items():
    add(name, names, characters)
