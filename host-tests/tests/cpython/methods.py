"""Records what every method of a binary file answers in CPython: `methods.txt`, one call a line."""

import tempfile

CALLS = [
    ("read", ()), ("read", (5,)), ("read", (-1,)), ("read", (-5,)),
    ("readinto", (3,)), ("readall", ()), ("read1", ()), ("read1", (5,)), ("peek", ()),
    ("readline", ()), ("readline", (5,)), ("readlines", ()),
    ("write", (b"x",)), ("write", (b"",)), ("writelines", ([],)), ("writelines", ([b"x"],)),
    ("seek", (0, 0)), ("seek", (7, 0)), ("seek", (0, 5)), ("seek", (-1, 0)), ("seek", (-1, 1)),
    ("seek", (-1, 2)), ("seek", (0, -1)), ("tell", ()), ("truncate", ()), ("truncate", (-1,)),
    ("truncate", (9,)), ("flush", ()), ("readable", ()), ("writable", ()), ("seekable", ()),
    ("isatty", ()), ("enter", ()), ("detach", ()), ("close", ()), ("exit", ()), ("closed", ()),
    ("mode", ()),
]


def call(file, method, arguments):
    if method in ("closed", "mode"):
        return getattr(file, method)
    if method == "readinto":
        buffer = bytearray(*arguments)
        return bytes(buffer[: file.readinto(buffer)])
    if method == "exit":
        return file.__exit__(None, None, None)
    result = getattr(file, {"enter": "__enter__"}.get(method, method))(*arguments)
    return None if method in ("enter", "detach") else result


def outcome(file, method, arguments):
    try:
        return repr(call(file, method, arguments))
    except AttributeError:
        return "AttributeError"
    except Exception as error:
        return f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"


for state in ("open", "closed", "detached"):
    for mode in ("w+b", "rb", "r+b", "wb", "xb", "x+b", "ab", "a+b"):
        for buffering in (0, -1):
            if state == "detached" and buffering == 0:
                continue
            for method, arguments in CALLS:
                file = tempfile.TemporaryFile(mode, buffering)
                if state == "closed":
                    file.close()
                if state == "detached":
                    raw = file.detach()
                words = " ".join([method, *map(repr, arguments)])
                print(f"{state} {mode} {buffering} {words} -> {outcome(file, method, arguments)}")
