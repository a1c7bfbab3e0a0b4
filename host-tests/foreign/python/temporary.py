"""Uses CPython's `tempfile`, `shutil` and `os` under TMPDIR, and prints a line for each answer."""

import errno
import logging.handlers
import os
import shutil
import stat
import sys
import tempfile

from wit_world import exports


def say(what, work, *arguments, **options):
    """Prints the value that a call returns, or its error. No caller passes random names."""
    try:
        print(f"{what}: {work(*arguments, **options)!r}")
    except OSError as error:
        print(f"{what}: {type(error).__name__} {errno.errorcode[error.errno]} {error.strerror}")
    except Exception as error:
        print(f"{what}: {type(error).__name__} {error}")


def anonymous():
    with tempfile.TemporaryFile() as file:
        say("write", file.write, b"Hello world!")
        say("seek", file.seek, 0)
        say("read", file.read)
        say("names", os.listdir, tempfile.gettempdir())
        say("truncate", file.truncate, 5)
        say("size", lambda: os.fstat(file.fileno()).st_size)
    say("closed", file.read)
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\r\n") as file:
        file.writelines(["a line\n", "another\n"])
        file.seek(0)
        say("text", file.readlines)


def named():
    with tempfile.NamedTemporaryFile(prefix="begin-", suffix=".end") as file:
        base = os.path.basename(file.name)
        say("name", lambda: (base.startswith("begin-"), base.endswith(".end"), len(base)))
        file.write(b"content")
        file.flush()
        with open(file.name, "rb") as other:
            say("by its name", other.read)
    say("exists", os.path.exists, file.name)
    with tempfile.NamedTemporaryFile(delete_on_close=False) as file:
        file.write(b"closed")
        file.close()
        with open(file.name) as other:
            say("after close", other.read)
    say("exists", os.path.exists, file.name)
    kept = tempfile.NamedTemporaryFile(delete=False)
    kept.close()
    say("kept", os.path.exists, kept.name)
    os.unlink(kept.name)
    say("in none", tempfile.NamedTemporaryFile, dir="/tmp/none")


def spooled():
    with tempfile.SpooledTemporaryFile(max_size=20) as file:
        file.write(b"x" * 20)
        say("in memory", lambda: file._rolled)
        file.write(b"y" * 5)
        say("rolled", lambda: file._rolled)
        file.seek(18)
        say("read", file.read)
        say("names", os.listdir, tempfile.gettempdir())


def directories():
    with tempfile.TemporaryDirectory(prefix="tree-") as directory:
        os.makedirs(os.path.join(directory, "a/b/c"))
        for name in ["a/one", "a/b/two", "a/b/c/three"]:
            with open(os.path.join(directory, name), "x") as file:
                file.write(name)
        os.symlink("a", os.path.join(directory, "link"))
        for folder, folders, files in sorted(os.walk(directory)):
            print("walk", os.path.relpath(folder, directory), sorted(folders), sorted(files))
        say("rmdir", os.rmdir, directory)
        say("through", os.listdir, os.path.join(directory, "link/b/c"))
        say("islink", os.path.islink, os.path.join(directory, "link"))
    say("exists", os.path.exists, directory)
    path = tempfile.mkdtemp()
    os.mkdir(os.path.join(path, "sub"))
    say("rmtree", shutil.rmtree, path)
    say("rmtree again", shutil.rmtree, path)


def low_level():
    descriptor, path = tempfile.mkstemp(dir=tempfile.gettempdir())
    say("write", os.write, descriptor, b"abcdef")
    say("lseek", os.lseek, descriptor, -2, os.SEEK_END)
    say("read", os.read, descriptor, 10)
    say("ftruncate", os.ftruncate, descriptor, 3)
    status = os.fstat(descriptor)
    say("stat", lambda: (stat.S_ISREG(status.st_mode), status.st_size, status.st_nlink))
    say("again", os.open, path, os.O_CREAT | os.O_EXCL | os.O_RDWR)
    say("utime", os.utime, path, ns=(1_000_000_000_000_000_005, 981_173_106_123_456_789))
    say("mtime", lambda: os.stat(path).st_mtime_ns)
    os.close(descriptor)
    say("closed", os.write, descriptor, b"x")
    other = path + ".other"
    say("link", os.link, path, other)
    say("same", os.path.samefile, path, other)
    say("rename", os.rename, path, path + ".renamed")
    say("replace", os.replace, other, path)
    say("none", os.stat, other)
    say("unlink", os.unlink, path + ".renamed")
    say("copy", lambda: os.path.getsize(shutil.copy(path, path + ".copy")))
    say("below a file", open, path + "/x")
    say("a directory", open, tempfile.gettempdir(), "w")
    say("unlink a directory", os.unlink, tempfile.gettempdir())
    say("disposed", lambda: (os.unlink(path), os.unlink(path + ".copy")))
    with os.scandir(tempfile.gettempdir()) as entries:
        say("left", lambda: [entry.name for entry in entries])


def watching():
    """Changes a file in many ways, and prints after each if it is still the same file."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "file")
        with open(path, "xb", buffering=0) as file:
            before, folder = os.fstat(file.fileno()), os.stat(directory)
            file.write(b"content")
            say("same when written", os.path.samestat, before, os.stat(path))
            file.truncate(3)
            say("same when cut", os.path.samestat, before, os.stat(path))
            os.utime(path, (1_000_000_000, 1_000_000_000))
            say("same with other times", os.path.samestat, before, os.stat(path))
            os.rename(path, path + ".renamed")
            say("same when renamed", os.path.samestat, before, os.stat(path + ".renamed"))
            say("the directory", os.path.samestat, folder, os.stat(directory))
            with os.scandir(directory) as entries:
                say("in the listing", lambda: [it.inode() == before.st_ino for it in entries])
        opened = []

        class Handler(logging.handlers.WatchedFileHandler):
            def _open(self):
                opened.append(self.baseFilename)
                return super()._open()

        handler = Handler(os.path.join(directory, "log"))
        for number in range(10):
            handler.emit(logging.makeLogRecord({"msg": number}))
        say("a log opens its file", lambda: len(opened))
        os.rename(handler.baseFilename, os.path.join(directory, "log.1"))
        for number in range(10):
            handler.emit(logging.makeLogRecord({"msg": number}))
        say("and again when it was moved", lambda: len(opened))
        handler.close()


def full():
    """Fills a filesystem of 1 MiB, prints CPython's error, and goes on."""
    with tempfile.TemporaryFile(buffering=0) as file:
        piece = b"x" * 65536
        try:
            while True:
                file.write(piece)
        except OSError as error:
            print("full:", errno.errorcode[error.errno], error.strerror)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"room again")
        say("flush", file.flush)
    say("left", os.listdir, tempfile.gettempdir())


class Run(exports.Run):
    def run(self):
        print(sys.implementation.name, tempfile.gettempdir())
        if "full" in sys.argv:
            full()
            return
        say("stdin", sys.stdin.readlines)
        anonymous()
        named()
        spooled()
        directories()
        low_level()
        watching()
