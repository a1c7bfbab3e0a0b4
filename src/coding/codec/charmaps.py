"""Prints `tables.rs`: the names of CPython's text encodings and what the bytes of those with one
byte a character mean. It asks CPython's codecs; what CPython lacks stands in `added.py`. Run by hand:

    PYENV_VERSION=3.13.0 python3.13 src/coding/codec/charmaps.py > src/coding/codec/tables.rs

Each table is written as what differs from another one before it, or from Latin-1: the base's
number (0 for Latin-1), how many bytes follow, and these, runs of up to 64 bytes' meanings:

    00nnnnnn            n + 1 as in the base
    01nnnnnn            n + 1 without meaning
    10nnnnnn c          n + 1 successive characters from c on
    11nnnnnn c c ...    n + 1 characters

A character is 0ddddddd, d - 64 more than the successor of the byte's before, or 1ccccccc cccccccc,
where the last 4096 of these stand for U+F000 and above.
"""

import codecs
import encodings
import pkgutil
import sys
import textwrap
from encodings.aliases import aliases

sys.dont_write_bytecode = True

from added import ADDED

# In the order of `Encoding::FIXED` in names.rs.
FIXED = [
    "utf_8", "utf_8_sig", "ascii", "latin_1", "charmap", "utf_16", "utf_16_le", "utf_16_be",
    "utf_32", "utf_32_le", "utf_32_be",
]
NONE = 0xFFFE
LATIN_1 = list(range(256))


def modules():
    """The encodings that Python has here, by their modules, and those of `added.py`."""
    for name in [*(module.name for module in pkgutil.iter_modules(encodings.__path__)), *ADDED]:
        if aliases.get(name, name) == name and name != "aliases":
            try:
                yield name, codecs.lookup(name)
            except LookupError:
                assert name not in ADDED, name  # Windows' own.


def meaning(byte, name):
    try:
        character = ord(bytes([byte]).decode(name))
    except UnicodeDecodeError:
        return NONE
    assert character < 0x7000 or 0xF000 <= character < NONE
    return character


def charmap(name):
    """What each byte means, where every byte is a character."""
    module = sys.modules[f"encodings.{name}"]
    if not hasattr(module, "decoding_table"):
        return None
    table = [meaning(byte, name) for byte in range(256)]
    # Where several bytes mean a character, it is encoded as the last of them.
    inverse = {character: byte for byte, character in enumerate(table) if character != NONE}
    for character in map(chr, range(sys.maxunicode + 1)):
        expected = inverse.get(ord(character))
        expected = b"" if expected is None else bytes([expected])
        assert character.encode(name, "ignore") == expected, (name, character)
    return table


def character(character, before):
    distance = character - (before + 1)
    if -64 <= distance < 64:
        return bytes([distance + 64])
    return bytes([0x80 | character >> 8 & 0x7F, character & 0xFF])


def runs_of(table):
    """The runs that need no base: for each start, where they end and their bytes."""
    before = [NONE, *table]
    singly = [character(*pair) for pair in zip(table, before)]
    for start in range(256):
        undefined = successive = defined = True
        runs = []
        for end in range(start + 1, min(start + 64, 256) + 1):
            at, length = end - 1, end - 1 - start
            undefined &= table[at] == NONE
            defined &= table[at] != NONE
            successive &= defined and table[at] == table[start] + length
            if undefined:
                runs.append((end, bytes([0x40 | length])))
            elif successive:
                runs.append((end, bytes([0x80 | length]) + singly[start]))
            elif defined:
                runs.append((end, bytes([0xC0 | length]) + b"".join(singly[start:end])))
            else:
                break
        yield runs


def encode(table, runs, base):
    """The shortest runs that make the table out of its base."""
    best = [b""] + [None] * 256
    for start in range(256):
        offers = list(runs[start])
        for end in range(start + 1, min(start + 64, 256) + 1):
            if table[end - 1] != base[end - 1]:
                break
            offers.append((end, bytes([end - 1 - start])))
        for end, run in offers:
            if best[end] is None or len(best[start]) + len(run) < len(best[end]):
                best[end] = best[start] + run
    return best[256]


def arrange(tables):
    """The tables in such an order, and each out of such a base before it, that all is short."""
    runs = {}
    for name, table in tables.items():
        own = list(runs_of(table))
        for base in [None, *tables]:
            if base != name:
                runs[name, base] = encode(table, own, tables.get(base, LATIN_1))
    cost = {pair: len(of_pair) for pair, of_pair in runs.items()}
    bases = {}
    while len(bases) < len(tables):
        ready = [None, *bases]
        name, base = min(
            ((name, base) for name in tables if name not in bases for base in ready),
            key=lambda pair: cost[pair],
        )
        bases[name] = base

    def above(name):
        while name is not None:
            yield name
            name = bases[name]

    better = True
    while better:
        better = False
        for name in tables:
            others = (base for base in [None, *tables] if name not in above(base))
            base = min(others, key=lambda base: cost[name, base])
            if cost[name, base] < cost[name, bases[name]]:
                bases[name], better = base, True
    order = sorted(tables, key=lambda name: len(list(above(name))))
    numbers = {None: 0} | {name: number for number, name in enumerate(order, 1)}
    for name in order:
        of_pair = runs[name, bases[name]]
        assert len(of_pair) < 256
        yield name, bytes([numbers[bases[name]], len(of_pair)]) + of_pair


def literal(name, data):
    """A table as lines of a byte string, without spaces that the end of a line would swallow."""
    line = ""
    for byte in data:
        plain = 0x21 <= byte < 0x7F and chr(byte) not in '"\\'
        line += chr(byte) if plain else f"\\x{byte:02x}"
        if len(line) > 90:
            yield line
            line = ""
    yield line


def names(module):
    """The module and its aliases, without those that no name in lower case can be."""
    found = (alias for alias, target in aliases.items() if target == module)
    return " ".join([module, *sorted(alias for alias in found if alias == alias.lower())])


def main():
    tables, no_text = {}, []
    for name, codec in modules():
        table = charmap(name)
        if table is not None and name not in FIXED:
            tables[name] = table
        if not codec._is_text_encoding:
            no_text.append(name)
    arranged = dict(arrange(tables))

    print("//! Names of encodings and the tables of those with one byte a character. Generated by")
    print("//! `charmaps.py`, where the format is described.\n")
    print("/// The number of tables.")
    print(f"pub(super) const COUNT: usize = {len(tables)};\n")
    print("/// A line for each encoding, Python's module first and then its aliases: those of")
    print("/// `Encoding::FIXED`, those with tables, and those that are not of text.")
    print('pub(super) const NAMES: &str = "\\')
    for module in [*FIXED, *arranged, *no_text]:
        print(" \\\n".join(textwrap.wrap(names(module), 96)) + "\\n\\")
    print('";\n')
    print("pub(super) const TABLES: &[u8] = b\"\\")
    for name, data in arranged.items():
        for line in literal(name, data):
            print(f"{line}\\")
    print('";')
    print(sum(map(len, arranged.values())), "bytes of tables", file=sys.stderr)


main()
