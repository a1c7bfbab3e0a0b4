"""The workloads on CPython's tempfile. Reads lines `WORKLOAD N` and answers each with the
nanoseconds that its phases took."""

import os
import sys
import tempfile
from time import perf_counter_ns as now

DIRECTORY = sys.argv[1]
CONTENT = b"x" * 4096
LEAF = b"x" * 1024


def timed(work):
    def run(n):
        start = now()
        for _ in range(n):
            work()
        return [now() - start]

    return run


def anonymous():
    with tempfile.TemporaryFile(dir=DIRECTORY, buffering=0) as file:
        file.write(CONTENT)
        file.seek(0)
        assert len(file.read(4096)) == 4096


def buffered():
    with tempfile.TemporaryFile(dir=DIRECTORY) as file:
        file.write(CONTENT)
        file.seek(0)
        assert len(file.read(4096)) == 4096


def named():
    with tempfile.NamedTemporaryFile(dir=DIRECTORY, buffering=0) as file:
        file.write(CONTENT)
        with open(file.name, "rb", buffering=0) as again:
            assert len(again.read(4096)) == 4096


def tree():
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as root:
        for branch in range(10):
            branch = f"{root}/branch{branch}"
            os.mkdir(branch)
            for leaf in range(10):
                with open(f"{branch}/leaf{leaf}", "wb", buffering=0) as file:
                    file.write(LEAF)


def scale(n):
    with tempfile.TemporaryDirectory(dir=DIRECTORY) as root:
        paths = []
        start = now()
        for _ in range(n):
            number, path = tempfile.mkstemp(dir=root)
            os.close(number)
            paths.append(path)
        created = now() - start
        start = now()
        for path in paths:
            os.unlink(path)
        return [created, now() - start]


def name():
    os.path.join(DIRECTORY, "tmp" + next(tempfile._get_candidate_names()))


def unused_name():
    tempfile.mktemp(dir=DIRECTORY)


LINE = "Temporäre Dateien, временные файлы, 一時ファイル 🗂 and mostly ASCII.\n"
PIECE = LINE * ((64 << 10) // len(LINE.encode()))


def spooled():
    with tempfile.SpooledTemporaryFile() as file:
        for _ in range(64):
            file.write(LEAF)
        file.seek(0)
        assert len(file.read(64 << 10)) == 64 << 10


def contents(mode, pieces, write, read, **options):
    def run(n):
        with tempfile.TemporaryFile(mode, dir=DIRECTORY, **options) as file:
            start = now()
            for _ in range(n * 16):
                write(file, pieces)
            file.seek(0)
            written = now() - start
            start = now()
            read(file)
            return [written, now() - start]

    return run


def whole(file, piece):
    file.write(piece)


def by_line(file, lines):
    for line in lines:
        file.write(line)


def in_pieces(file):
    while file.read(64 << 10):
        pass


def readlines(file):
    while file.readline():
        pass


UTF_8 = {"encoding": "utf-8"}

WORKLOADS = {
    "anonymous": timed(anonymous),
    "buffered": timed(buffered),
    "named": timed(named),
    "tree": timed(tree),
    "scale": scale,
    "names": timed(name),
    "mktemp": timed(unused_name),
    "spooled": timed(spooled),
    "bytes": contents("w+b", PIECE.encode(), whole, in_pieces),
    "text": contents("w+", PIECE, whole, in_pieces, **UTF_8),
    "lines": contents("w+", PIECE.splitlines(True), by_line, readlines, **UTF_8),
}

for line in sys.stdin:
    workload, n = line.split()
    print(*WORKLOADS[workload](int(n)), flush=True)
