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


WORKLOADS = {
    "anonymous": timed(anonymous),
    "buffered": timed(buffered),
    "named": timed(named),
    "tree": timed(tree),
    "scale": scale,
    "names": timed(name),
    "mktemp": timed(unused_name),
}

for line in sys.stdin:
    workload, n = line.split()
    print(*WORKLOADS[workload](int(n)), flush=True)
