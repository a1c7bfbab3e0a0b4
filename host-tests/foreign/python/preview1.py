"""Runs a module of preview 1. Arguments: the module's file, a directory of the host for its root or
an empty word, variables, and after a `--` the arguments of the module."""

import sys

from wasmtime import Config, Engine, ExitTrap, Linker, Module, Store, WasiConfig

file, root, *words = sys.argv[1:]
end = words.index("--")
wasi = WasiConfig()
wasi.argv = ["program", *words[end + 1 :]]
wasi.env = [word.split("=", 1) for word in words[:end]]
wasi.inherit_stdin()
wasi.inherit_stdout()
wasi.inherit_stderr()
if root:
    wasi.preopen_dir(root, "/")
config = Config()
config.wasm_multi_memory = True
store = Store(Engine(config))
store.set_wasi(wasi)
linker = Linker(store.engine)
linker.define_wasi()
instance = linker.instantiate(store, Module.from_file(store.engine, file))
try:
    instance.exports(store)["_start"](store)
except ExitTrap as exit:
    sys.exit(exit.code)
