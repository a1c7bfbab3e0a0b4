# Uses files under /tmp in the Python of hyperlight-sandbox, and also the tool and the requests that
# the host offers. Prints a line for each answer.

import errno
import json
import os


def say(what, work, *arguments, **options):
    try:
        print(f"{what}: {work(*arguments, **options)!r}")
    except OSError as error:
        print(f"{what}: {type(error).__name__} {errno.errorcode.get(error.errno)}")
    except Exception as error:
        print(f"{what}: {type(error).__name__}")


def kept(mode, text=None, **options):
    """Opens the file, and writes a text or reads all."""
    with open("/tmp/file", mode, **options) as file:
        return file.read() if text is None else file.write(text)


def whole_files():
    # Issues of hyperlight-sandbox ask for exactly this line, which does not close the file.
    say("write", lambda: open("/tmp/file", "w").write("hello"))
    say("read", kept, "r")
    say("append", kept, "a", " world\n")
    say("read", kept, "r")
    say("exclusive", kept, "x", "no")
    say("lines", kept, "w", "".join(f"line {i}\n" for i in range(5000)))
    say("sum", lambda: sum(len(line) for line in open("/tmp/file")))
    say("json", lambda: json.dump({"a": [1, None, "\u00e9"]}, open("/tmp/json", "w")))
    say("loads", lambda: json.load(open("/tmp/json")))


def places():
    with open("/tmp/file", "r+b") as file:
        say("truncate", file.truncate, 100)
        say("seek", file.seek, 10)
        say("write", file.write, b"in the middle")
        say("seek", file.seek, 0)
        say("read", file.read)
        say("size", lambda: os.fstat(file.fileno()).st_size)
    descriptor = os.open("/tmp/raw", os.O_RDWR | os.O_CREAT)
    for at in range(300):
        os.pwrite(descriptor, b"%3d" % at, 7 * at)
    say("pread", os.pread, descriptor, 10, 7 * 299)
    say("raw", lambda: sum(os.pread(descriptor, 10000, 0)))
    say("close", os.close, descriptor)


def tree():
    say("makedirs", os.makedirs, "/tmp/a/b/c")
    say("again", os.makedirs, "/tmp/a/b/c")
    say("copy", lambda: open("/tmp/a/b/copy", "wb").write(open("/tmp/file", "rb").read()))
    say("symlink", os.symlink, "b/copy", "/tmp/a/link")
    say("readlink", os.readlink, "/tmp/a/link")
    say("through", lambda: os.stat("/tmp/a/link").st_size)
    say("rename", os.rename, "/tmp/a/b/c", "/tmp/a/moved")
    say("utime", os.utime, "/tmp/a/b/copy", (1, 2))
    say("mtime", lambda: os.stat("/tmp/a/b/copy").st_mtime)
    say("walk", lambda: sorted((at, sorted(to), sorted(of)) for at, to, of in os.walk("/tmp")))
    entries = lambda: ((it.name, it.is_dir(), it.is_symlink()) for it in os.scandir("/tmp/a"))
    say("scandir", lambda: sorted(entries()))
    say("rename", os.rename, "/tmp/a", "/tmp/all")
    say("link", os.link, "/tmp/file", "/tmp/all/linked")
    say("rmdir", os.rmdir, "/tmp/all/moved")
    say("left", lambda: sorted(os.listdir("/tmp")))


def failures():
    say("missing", open, "/tmp/missing")
    say("directory", open, "/tmp/all", "w")
    say("not empty", os.rmdir, "/tmp/all")
    say("below a file", open, "/tmp/file/below", "w")
    say("outside", open, "/etc/passwd")
    say("up", open, "/tmp/../../etc/passwd")


def host():
    say("tool", call_tool, "echo", word="said")
    say("request", http_get, "http://localhost/")


def full():
    """Fills a small filesystem, and prints the answers at the limits."""

    def fill():
        written = 0
        try:
            while True:
                written += os.pwrite(descriptor, b"full" * 1024, written)
        finally:
            print("much:", written > 200_000, "all:", written > 256 * 1024)

    descriptor = os.open("/tmp/large", os.O_WRONLY | os.O_CREAT)
    say("until", fill)
    say("close", os.close, descriptor)
    say("stream", lambda: open("/tmp/other", "w").write("a" * 300_000))
    say("remove", os.unlink, "/tmp/large")
    say("again", lambda: open("/tmp/other", "w").write("fits"))
    say("read", lambda: open("/tmp/other").read())
