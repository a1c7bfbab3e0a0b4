"""Runs scripts of file operations in CPython: one operation a line in, one outcome a line out.

A script ends with the line `end`, and so does its outcome. `host-tests/src/script/mod.rs` describes
the form of both, and `run.rs` beside it runs the scripts in the component.
"""

import errno
import gc
import io
import os
import re
import shutil
import string
import sys
import tempfile
import warnings
import zlib

ROOT = os.path.realpath(sys.argv[1])
SAFE = string.ascii_letters + string.digits + "_-./"
ALPHABET = set("abcdefghijklmnopqrstuvwxyz0123456789_")
# WASI's names for the numbers of Python's errors.
CODES = {
    errno.ENOENT: "no-entry", errno.EEXIST: "exist", errno.ENOTDIR: "not-directory",
    errno.EISDIR: "is-directory", errno.EINVAL: "invalid", errno.EACCES: "access",
    errno.EPERM: "not-permitted", errno.EBADF: "bad-descriptor", errno.ELOOP: "loop",
    errno.ENAMETOOLONG: "name-too-long", errno.ENOTEMPTY: "not-empty", errno.EFBIG: "file-too-large",
}
NUMBERS = {"buffering", "max_size"}
FLAGS = {
    "delete", "delete_on_close", "ignore_cleanup_errors", "line_buffering", "write_through", "text",
}
ATTRIBUTES = {
    "closed", "name", "mode", "encoding", "errors", "newlines", "line_buffering", "write_through",
}
# The default size of a buffer. Python takes the filesystem's block size, which WASI does not give.
BUFFER = 8192


def escaped(data, safe=SAFE):
    return "".join(chr(byte) if chr(byte) in safe else f"%{byte:02X}" for byte in data)


def unescaped(word):
    data = re.sub(rb"%(..)", lambda it: bytes.fromhex(it[1].decode()), word.encode())
    return data.decode("utf-8", "surrogatepass")


def content(word):
    """Returns the text of a content: `a*3+%0A` is `aaa` and a line feed, and `""` is empty."""
    if word == '""':
        return ""
    pieces = (piece.partition("*") for piece in word.split("+"))
    return "".join(unescaped(piece) * int(times or 1) for piece, _, times in pieces)


def as_bytes(word):
    """Returns the bytes of a content, with its escapes decoded, even if they are not UTF-8."""
    if word == '""':
        return b""
    pieces = (piece.partition("*") for piece in word.split("+"))
    raw = (re.sub(rb"%(..)", lambda it: bytes.fromhex(it[1].decode()), piece.encode())
           * int(times or 1) for piece, _, times in pieces)
    return b"".join(raw)


def number(word):
    return None if word == "-" else int(word)


def optional(word):
    """Returns the arguments of a call whose last argument is optional."""
    return () if word == "-" else (int(word),)


def in_short(data):
    return escaped(data) if len(data) <= 40 else f"{len(data)}:{zlib.adler32(data):08x}"


def shown(value):
    if value is None or value is True or value is False or type(value) is int:
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return "b:" + in_short(value)
    if isinstance(value, str):
        return "s:" + in_short(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, (list, tuple)):
        items = ",".join(map(shown, value))
        return f"[{items}]" if len(items) <= 120 else f"[{len(value)} {zlib.adler32(items.encode()):08x}]"
    return "object"


class Cookie(int):
    """A position that `tell` of a text file returned. It is opaque if it is not a byte position."""


class Script:
    def __init__(self):
        self.slots, self.cookies, self.kind = {}, {}, ""
        self.affixes, self.path, self.descriptor = ("tmp", ""), None, None
        # True after a dump. The component gives its file away for a dump, and has no state then.
        self.dumped = False
        # True if a decoder ignores bytes: then a place in the text has several positions.
        self.ignores = False
        # CPython and the component keep different parts of a write after a read in their buffers.
        self.read_ahead, self.vague = False, False
        # The paths with random names, and the text that is shown for each.
        self.made = {}

    # Names ---------------------------------------------------------------------------------

    def path_shown(self, path):
        """Returns the path with `@` for the root and question marks for random characters."""
        path = os.fsencode(path).decode()
        if path == ROOT or path.startswith(ROOT + "/"):
            path = "@" + path[len(ROOT):]
        head, slash, name = path.rpartition("/")
        prefix, suffix = self.affixes
        chance = name[len(prefix):len(name) - len(suffix)]
        fits = name.startswith(prefix) and name.endswith(suffix)
        if fits and len(chance) == 8 and set(chance) <= ALPHABET:
            name = prefix + "?" * 8 + suffix
        return "p:" + escaped((head + slash + name).encode(), SAFE + "@?")

    def new_path(self, path):
        """Remembers and shows the path of a new file or directory."""
        self.made[os.path.abspath(path)] = shown_path = self.path_shown(path)
        return Shown(shown_path)

    def place(self, word):
        """Returns the path of `@/x`, below the root, or of `0:/x`, below the object of slot 0."""
        base = ROOT if word[0] == "@" else self.path
        return base + unescaped(word[1 if word[0] == "@" else 2:])

    # Outcomes ------------------------------------------------------------------------------

    def failure(self, error):
        text = escaped(str(error).encode("utf-8", "backslashreplace"), SAFE + " '(),:;?!=[]<>+*\"&")
        if isinstance(error, UnicodeError) and hasattr(error, "object"):
            direction = "encode" if isinstance(error, UnicodeEncodeError) else "decode"
            return (f"!unicode {direction}|{error.encoding}|{error.start}|{error.end}|"
                    f"{error.reason}|{shown(error.object)[2:]}")
        if isinstance(error, io.UnsupportedOperation):
            return f"!unsupported {text}"
        if isinstance(error, OSError):
            code = "unnumbered" if error.errno is None else CODES.get(error.errno, "*")
            where = "" if error.filename is None else self.path_shown(error.filename)
            if error.errno is None:
                text = error.args[0]
            return f"!os {code}|{error.strerror or text}|{where}"
        for family in (AttributeError, LookupError, TypeError, ValueError):
            if isinstance(error, family):
                return f"!{family.__name__.removesuffix('Error').lower()} {text}"
        return f"!{type(error).__name__} {text}"

    def state(self):
        """Returns the size of the file as seen from outside, on the disk or in memory."""
        if self.kind in ("temporary-directory", "names"):
            return listing(self)
        if self.path is not None:
            try:
                size = os.lstat(self.path).st_size
                return "?" if self.vague else str(size)
            except FileNotFoundError:
                return "gone"
        if self.dumped or self.vague:
            return "?"
        spool = self.slots.get("0")
        try:
            if "spooled" in self.kind and not isinstance(spool, tempfile.SpooledTemporaryFile):
                return "?"
            if isinstance(spool, tempfile.SpooledTemporaryFile):
                inner = spool._file
                if inner.closed:
                    return "-"
                if not spool._rolled:
                    memory = inner if isinstance(inner, io.BytesIO) else inner.buffer
                    if not isinstance(memory, io.BytesIO):
                        return "memory lost"  # A move to the disk failed half-way.
                    return f"memory {memory.getbuffer().nbytes}"
                if self.descriptor is None:
                    self.descriptor = os.dup(inner.fileno())
            elif all(it.closed for it in self.slots.values() if not detached(it)):
                return "-"
            return "-" if self.descriptor is None else str(os.fstat(self.descriptor).st_size)
        except ValueError:
            return "?"

    # Operations ----------------------------------------------------------------------------

    def line(self, line):
        target, *words = line.split(" ")
        label, _, target = target.rpartition("=")
        slot, _, method = target.rpartition(".")
        try:
            if slot == "" and label:
                result = self.make(label, method, words)
            elif slot == "":
                result = self.module(method, words)
            elif slot not in self.slots:
                return "!nothing"
            elif method == "drop":
                del self.slots[slot]
                result = None
            else:
                result = self.method(slot, method, words)
                if label.startswith("c"):
                    self.cookies[label] = result
                elif label:
                    self.slots[label] = result
                    return "object"
        except Exception as error:
            return self.failure(error)
        if isinstance(result, Cookie):
            several = self.ignores and (label or words[0][0] == "c" or words[1] == "1")
            return f"cookie {int(result)}{'~' if several else ''}"
        return result if isinstance(result, Shown) else shown(result)

    def options(self, words):
        options = {}
        for word in words:
            key, _, value = word.partition("=")
            key = key.replace("-", "_")
            if key in NUMBERS:
                options[key] = int(value)
            elif key in FLAGS:
                options[key] = value == "1"
            elif key == "dir" and value.startswith("@"):
                options[key] = ROOT + unescaped(value[1:])
            else:
                options[key] = unescaped(value)
        self.ignores = self.ignores or options.get("errors") == "ignore"
        if "prefix" in options or "suffix" in options or "dir" in options:
            self.affixes = options.get("prefix", tempfile.template), options.get("suffix", "")
        return options

    def make(self, label, maker, words):
        self.affixes = tempfile.template, ""
        options = self.options(words)
        self.kind = self.kind or maker
        if maker == "mkstemp":
            self.kind = "names"
            descriptor, path = tempfile.mkstemp(**options)
            self.slots[label] = os.fdopen(descriptor, "r+b", buffering=0)
            return self.new_path(path)
        if maker == "temporary-directory":
            made = tempfile.TemporaryDirectory(**options)
            self.slots[label], self.path = made, made.name
            return self.new_path(made.name)
        text = maker.endswith("text-file")
        options.setdefault("mode", "w+" if text else "w+b")
        buffering = options.get("buffering", -1)
        line_buffered = text and buffering == 1
        if buffering < 0 or buffering == 1:
            options["buffering"] = BUFFER
        maker = {
            "temporary": tempfile.TemporaryFile,
            "named": tempfile.NamedTemporaryFile,
            "spooled": tempfile.SpooledTemporaryFile,
        }[maker.partition("-")[0]]
        made = self.slots[label] = maker(**options)
        if line_buffered:
            getattr(made, "file", made).reconfigure(line_buffering=True)
        if maker is tempfile.NamedTemporaryFile:
            self.path = made.name
            return self.new_path(made.name)
        if maker is tempfile.TemporaryFile:
            self.descriptor = os.dup(made.fileno())
        return Shown("object")

    def module(self, method, words):
        if method in ("dir", "file", "link", "remove"):
            try:
                self.on_the_disk(method, words)
            except OSError:
                pass  # The listing shows if the operation had an effect.
            return None
        self.kind = "names"
        match method:
            case "mkdtemp" | "mktemp":
                self.affixes = "tmp" if method == "mktemp" else tempfile.template, ""
                options = self.options(words)
                if method == "mktemp":
                    self.affixes = options.get("prefix", "tmp"), options.get("suffix", "")
                return self.new_path(getattr(tempfile, method)(**options))
            case "gettempdir":
                return Shown(self.path_shown(tempfile.gettempdir()))
            case "gettempdirb":
                return Shown(self.path_shown(tempfile.gettempdirb()))
            case "gettempprefix" | "gettempprefixb":
                return getattr(tempfile, method)()
            case "tempdir":
                return Shown(self.path_shown(tempfile.tempdir or ""))
            case "set-tempdir":
                value = words[0]
                tempfile.tempdir = ROOT + unescaped(value[1:]) if value[0] == "@" else unescaped(value)
            case "template":
                return tempfile.template
            case "set-template":
                tempfile.template = unescaped(words[0].replace('""', ""))
            case "tmp-max":
                return tempfile.TMP_MAX
            case "set-tmp-max":
                tempfile.TMP_MAX = int(words[0])
            case _:
                raise NotImplementedError(method)
        return None

    def on_the_disk(self, method, words):
        """Does an operation that another process might do on the disk."""
        if self.path is None and any(word.startswith("0:") for word in words):
            return
        place = self.place(words[0])
        match method:
            case "dir":
                os.mkdir(place)
            case "file":
                with open(place, "wb") as file:
                    file.write(as_bytes(words[1]))
            case "link":
                os.symlink(self.place(words[1]) if words[1][0] in "@0" else words[1], place)
            case "remove" if os.path.isdir(place) and not os.path.islink(place):
                shutil.rmtree(place)
            case "remove":
                os.remove(place)

    def method(self, slot, method, words):
        file = self.slots[slot]
        method = method.removesuffix("-wtf8").replace("-", "_")
        spooled = isinstance(file, tempfile.SpooledTemporaryFile)
        # Use the inner file: the wrapper keeps an attribute's first value.
        inner = getattr(file, "file", file)
        text = isinstance(file._file if spooled else inner, io.TextIOBase)
        if method.startswith(("read", "next", "peek")):
            self.read_ahead = True
        elif method.startswith("write"):
            self.vague = self.vague or self.read_ahead
        elif method in ("flush", "truncate", "close", "exit") or text and method in ("seek", "tell"):
            self.read_ahead = self.vague = False
        match method:
            case "name" if isinstance(file, tempfile.TemporaryDirectory):
                return Shown(self.path_shown(file.name))
            case "name":
                name = None if detached(file) and file is inner else file.name
                return None if not isinstance(name, str) else Shown(self.path_shown(name))
            case "newlines":
                newlines = file.newlines if spooled else inner.newlines
                return [newlines] if isinstance(newlines, str) else list(newlines or ())
            case _ if method in ATTRIBUTES:
                return getattr(file if spooled else inner, method)
            case "enter":
                file.__enter__()
                return None
            case "exit":
                return file.__exit__(None, None, None)
            case "close_file":
                return inner.close()
            case "cleanup":
                return file.cleanup()
            case "buffer":
                return file._file.buffer if spooled else inner.buffer
            case "wrap":
                return io.TextIOWrapper(file, **self.options(words))
            case "reconfigure":
                options = self.options(words)
                if options.get("newline") == "None":
                    options["newline"] = None
                return file.reconfigure(**options)
            case "next":
                # `for line in file` calls this on the inner file of a spooled file or wrapper.
                return next(file._file if spooled else inner, None)
            case "readinto" | "readinto1":
                buffer = bytearray(int(words[0]))
                return bytes(buffer[: getattr(file, method)(buffer)])
            case "reopen":
                if not inner.closed:
                    inner.flush()
                buffering = int(words[1])
                return open(self.path, unescaped(words[0]), BUFFER if buffering < 0 else buffering)
            case "read1_some":
                return read1_some(file, int(words[0]))
            case "dump":
                return self.dump(file, inner, spooled)
            case "write":
                return file.write(content(words[0]) if text else as_bytes(words[0]))
            case "writelines":
                words = [] if words == ["[]"] else words
                return file.writelines([content(it) if text else as_bytes(it) for it in words])
            case "tell":
                return Cookie(file.tell()) if text else file.tell()
            case "seek":
                if not text:
                    return file.seek(int(words[0]), int(words[1]))
                place = words[0]
                if place.startswith("c"):
                    if place not in self.cookies:
                        return Shown("!nothing")
                    place = self.cookies[place]
                return Cookie(file.seek(int(place), int(words[1])))
            case _:
                arguments = optional(words[0]) if words else ()
                return getattr(file, method)(*arguments)

    def dump(self, file, inner, spooled):
        """Returns all bytes of the file. It is the last operation on a file."""
        self.dumped = True
        try:
            if self.path is not None:
                with open(self.path, "rb") as again:
                    return again.read()
            file.flush()
            if spooled and not file._rolled:
                inner = file._file
                return (inner if isinstance(inner, io.BytesIO) else inner.buffer).getvalue()
            descriptor = file.fileno()
            return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        except (OSError, ValueError, AttributeError):
            return Shown("!dump")

    def end(self):
        for slot in list(self.slots):
            del self.slots[slot]
        if self.descriptor is not None:
            os.close(self.descriptor)
        tempfile.tempdir, tempfile.template, tempfile.TMP_MAX = ROOT, "tmp", 10000
        empty_root()


class Shown(str):
    """An outcome in its printed form."""


def detached(file):
    try:
        file.closed
    except ValueError:
        return True
    return False


def read1_some(file, size):
    """Checks that `read1` returns the bytes that come next. Their number depends on the buffer."""
    at = file.tell()
    some = file.read1(size)
    file.seek(at)
    rest = file.read(size if size >= 0 else len(some))
    assert rest.startswith(some) and bool(some) == bool(rest)
    file.seek(at)
    return bool(some)


def listing(script):
    """Lists everything below the root, with question marks for random characters."""
    found = []
    for folder, folders, files in os.walk(ROOT):
        for name in files + folders:
            path = os.path.join(folder, name)
            mark = "@" if os.path.islink(path) else "/" if os.path.isdir(path) else ""
            top = max((made for made in script.made if (path + "/").startswith(made + "/")),
                      key=len, default=ROOT)
            rest = escaped(path[len(top):].encode())
            base = os.path.relpath(os.path.dirname(top), ROOT)
            top = "" if top == ROOT else (
                ("" if base == "." else "/" + escaped(base.encode()))
                + "/" + script.made[top].rpartition("/")[2].removeprefix("p:"))
            found.append(top + rest + mark)
    return " ".join(sorted(found))


def empty_root():
    with os.scandir(ROOT) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.remove(entry.path)


def main():
    gc.disable()
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _: None
    os.chdir(ROOT)
    tempfile.tempdir, tempfile.TMP_MAX = ROOT, 10000
    script = Script()
    for line in io.open(0, "r", encoding="utf-8", newline="\n", closefd=False):
        line = line.rstrip("\n")
        if line == "end":
            script.end()
            script = Script()
            print("end", flush=True)
        elif line == "version":
            print(".".join(map(str, sys.version_info[:3])), flush=True)
        else:
            outcome = script.line(line)
            print(f"{outcome} | {script.state()}")


main()
