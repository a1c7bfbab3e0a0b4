"""The second Python program of docs/languages.md: keeps a line by the component `tempfile`."""

from wit_world import exports
from wit_world.imports import tempfile


class Run(exports.Run):
    def run(self):
        with tempfile.named_temporary_file(None) as file:
            file.write(b"kept by the component\n")
            file.seek(0, 0)
            print(f"{file.name()}: {file.read(None).decode()}", end="")
