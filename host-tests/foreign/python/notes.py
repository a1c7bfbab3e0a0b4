"""The first Python program of docs/languages.md: keeps a line in a file of CPython's `tempfile`."""

import tempfile
from wit_world import exports


class Run(exports.Run):
    def run(self):
        with tempfile.NamedTemporaryFile("w+", prefix="notes-", suffix=".txt") as file:
            file.write("kept in memory\n")
            file.seek(0)
            print(f"{file.name}: {file.read()}", end="")
