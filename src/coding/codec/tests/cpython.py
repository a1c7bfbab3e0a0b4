"""Records what CPython's codecs do, as `TextIOWrapper` uses them: `cpython.txt`, one case a line.

    PYENV_VERSION=3.13.0 python3.13 src/coding/codec/tests/cpython.py > src/coding/codec/tests/cpython.txt

With a seed and a number it prints so many random cases for each encoding and handler, and only
these. In text a space, `\\`, `;` and what is not ASCII is written as Python escapes it; in
tables what is easy to read stands for itself.
"""

import codecs
import encodings
import io
import pkgutil
import random
import sys
import unicodedata
from encodings.aliases import aliases
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent.parent))

from added import ADDED

HANDLERS = [
    "strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape",
    "surrogatepass",
]
# Those that do nothing but fail need fewer cases.
FAILING = ["bad", "namereplace"]
MODULES = [*(module.name for module in pkgutil.iter_modules(encodings.__path__)), *ADDED]
SINGLE = ["ascii", "latin_1", "charmap", "cp1252", "cp424", "cp864", "cp875", "mac_arabic"]
UTF_16 = ["utf_16", "utf_16_le", "utf_16_be"]
UTF_32 = ["utf_32", "utf_32_le", "utf_32_be"]

# Names besides the modules and aliases; some are written in ways that Python takes as the same.
NAMES = [
    "", " ", ".", "UTF8", "Utf-8", " utf-8 ", "utf 8", "__utf--8__", "utf.8", "utf8.",
    "\u00e9utf-8", "ut\u00e9f8", "utf-\uff18",
    "iso_8859.1", "iso-8859-1", "ISO_8859-1:1987", "ansi_x3.4.1968",
    "ANSI_X3.4-1968", "iso_646.irv.1991", "windows-1252", "CP 437", "hex.codec", "rot-13", "Base64",
    "hex" + "-" * 500, "hex" + "\u00e9" * 300, "x" * 500, "\u00e9" * 300, "aliases", "cp0037",
    "csHPRoman8", "utf-8-variants", "mac-latin2", "koi8", "KOI8-R", "utf8\n", "'", "a\0b",
]

TEXTS = [
    "", "a", "?", "&#;", "\\x", " ", "\x7f", "\x80", "\xa0", "\xe9", "\xff", "\u0100", "\u0391",
    "\u05d0", "\u0660", "\u0661", "\u20ac", "\ud7ff", "\ud800", "\udbff", "\udc00", "\udc7f",
    "\udc80", "\udcff", "\udd00", "\udfff", "\ue000", "\uf8ff", "\ufeff", "\ufffd", "\uffff",
    "\U00010000", "\U0001f600", "\U0010ffff",
]
BYTES = {
    "utf_8": [
        "61", "0a", "c3a9", "e282ac", "f09f9880", "f48fbfbf", "ed9fbf", "ee8080", "efbbbf", "efbf",
        "ef", "c3", "e2", "e282", "f0", "f09f", "f09f98", "c0", "c080", "c1bf", "e08080", "e09f",
        "f08f", "f0808080", "eda080", "eda0", "ed", "edb280", "edbfbf", "80", "bf", "f490", "f4",
        "f4908080", "f5808080", "fe", "ff", "ff80", "c328", "e2287f", "f09f2898",
    ],
    "utf_16": [
        "feff", "feff", "fffe", "0061", "20ac", "d83dde00", "d800dc00", "dbffdfff", "d800", "dbff",
        "dc00", "dc80", "dcff", "dfff", "80dc", "d880", "80", "61", "d8", "00", "d8000061", "ffff",
    ],
    "utf_32": [
        "0000feff", "0000feff", "fffe0000", "00000061", "000020ac", "0001f600", "0010ffff",
        "00110000", "80808080", "ffffffff", "0000d800", "0000dc80", "0000dfff", "8000dc80", "00",
        "61", "0000", "00d8", "ff8061", "7fffffff",
    ],
}


def escaped(character):
    code = ord(character)
    letter, digits = ("x", 2) if code < 0x100 else ("u", 4) if code < 0x10000 else ("U", 8)
    return f"\\{letter}{code:0{digits}x}"


def shown(text):
    return "".join(
        character if " " < character < "\x7f" and character not in "\\;" else escaped(character)
        for character in text
    )


def legible(character):
    """Whether it stands on its own, and its neighbours do not change places."""
    upright = unicodedata.bidirectional(character) not in ("R", "AL", "AN")
    upright &= not unicodedata.category(character).startswith("M")
    return character.isprintable() and upright and character not in " \\;"


def failed(error):
    """An error and, of a conversion, where and why it failed."""
    if isinstance(error, UnicodeDecodeError):
        return f"{error.encoding} {error.object.hex()} {error.start} {error.end} {error.reason}"
    if isinstance(error, UnicodeEncodeError):
        return f"{error.encoding} {error.start} {error.end} {error.reason}"
    return f"{type(error).__name__} {shown(str(error))}"


def outcome(call):
    try:
        return call()
    except Exception as error:
        return f"! {failed(error)}"


def lookup(name):
    """The canonical name of a codec that `io.open` takes."""
    return codecs.lookup(io.TextIOWrapper(io.BytesIO(), name).encoding).name


def decode(name, handler, chunks, flags):
    """What each chunk gives, and the decoder's state after it; the last one ends the stream."""
    decoder = codecs.getincrementaldecoder(name)(handler)
    if flags is not None:
        decoder.setstate((b"", flags))
    outcomes = []
    for number, chunk in enumerate(chunks, 1):
        text = outcome(lambda: shown(decoder.decode(chunk, number == len(chunks))))
        held, state = decoder.getstate()
        outcomes.append(f"{text} {held.hex()}/{state}")
    return outcomes


def encode(name, handler, texts, at_start):
    """The bytes that each text adds to a file. What an error shows as its object is the text."""
    file = io.BytesIO(b"" if at_start else b"x")
    file.seek(0, 2)
    text_file = io.TextIOWrapper(file, name, handler, newline="", write_through=True)
    outcomes = []

    def write(text):
        before = file.tell()
        text_file.write(text)
        return file.getvalue()[before:].hex()

    for text in texts:
        outcomes.append(outcome(lambda: write(text)))
    return outcomes


def table(name):
    """What each byte means, and the bytes of all characters of the first plane in their order; for
    the first 128 where they are ASCII only this."""
    if not hasattr(sys.modules.get(f"encodings.{name}"), "decoding_table"):
        return
    characters = [bytes([byte]).decode(name, "replace") for byte in range(256)]
    everything = "".join(map(chr, range(0x10000)))
    meanings = "".join(it if legible(it) else escaped(it) for it in characters)
    meanings = meanings.replace(shown("".join(map(chr, range(128)))), "ascii:")
    inverse = everything.encode(name, "ignore").hex().replace(bytes(range(128)).hex(), "ascii:")
    print(f"table {name} {meanings} {inverse}")
    beyond = "".join(map(chr, range(0x10000, sys.maxunicode + 1, 251)))
    assert not beyond.encode(name, "ignore")


def fragments(name):
    """Pieces of bytes that are worth a look in an encoding."""
    if name in SINGLE:
        return [bytes([byte]) for byte in range(256)] + [b"abc", b"\x80\x81"]
    form = name[:6].rstrip("_")
    pieces = [bytes.fromhex(piece) for piece in BYTES[form]]
    width = {"utf_8": 1, "utf_16": 2, "utf_32": 4}[form]
    if name.endswith("be"):
        return pieces
    swapped = [
        b"".join(piece[at : at + width][::-1] for at in range(0, len(piece), width))
        for piece in pieces
    ]
    # A mark decides, so both orders may follow.
    return swapped if name.endswith("le") or width == 1 else swapped + swapped + pieces


def cut(draw, data):
    """The data in up to four pieces, some of them empty."""
    places = sorted(draw.randint(0, len(data)) for _ in range(draw.randint(0, 3)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)])]


def decode_case(draw, name, handler):
    pieces = draw.choices(fragments(name), k=draw.randint(1, 5))
    if name in ("utf_16", "utf_32") and draw.random() < 0.5:
        # Most streams are worth little without a mark.
        pieces.insert(0, "\ufeff".encode(name + draw.choice(["_le", "_be"])))
    if name == "utf_8_sig" and draw.random() < 0.6:
        pieces.insert(0, codecs.BOM_UTF8)
    chunks = cut(draw, b"".join(pieces))
    flags = draw.choice([0, 1, 2, 3]) if draw.random() < 0.2 else None
    words = ["decode", name, handler, "-" if flags is None else str(flags)]
    words.append("|".join(chunk.hex() for chunk in chunks))
    print(*words, "->", " ; ".join(decode(name, handler, chunks, flags)))


def encode_case(draw, name, handler):
    texts = [
        "".join(draw.choices(TEXTS, k=draw.randint(0, 4))) for _ in range(draw.randint(1, 3))
    ]
    at_start = draw.random() < 0.7
    words = ["encode", name, handler, "start" if at_start else "later"]
    words.append("|".join(map(shown, texts)))
    print(*words, "->", " ; ".join(encode(name, handler, texts, at_start)))


def cases(seed, number):
    draw = random.Random(seed)
    for name in ["utf_8", "utf_8_sig", *UTF_16, *UTF_32, *SINGLE]:
        for handler in HANDLERS:
            for _ in range(number):
                decode_case(draw, name, handler)
                encode_case(draw, name, handler)
        for handler in FAILING:
            for _ in range(number // 4):
                decode_case(draw, name, handler)
                if handler != "namereplace":
                    encode_case(draw, name, handler)


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    if arguments := sys.argv[1:]:
        return cases(*map(int, arguments))
    for name in sorted({*MODULES, *aliases, *NAMES}):
        print(f"name {shown(name)} -> {outcome(lambda: lookup(name))}")
    for name in MODULES:
        table(name)
    cases(1, 9)


main()
