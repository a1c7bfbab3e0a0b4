"""Records the audit events of CPython's tempfile in `audit.txt`: a call, and then its events.

Every call meets names that are taken. The drawn names begin with a, a, b, c …, and the names with a
and b are there. A second round has a hook that refuses the name with c.
"""

import os
import sys
import tempfile
from tempfile import *

CALLS = [
    "mkstemp()",
    "mkstemp(suffix='.x', prefix='p-')",
    "mkstemp(dir='sub')",
    "mkstemp(dir='./sub/../sub/')",
    "mkstemp(dir='')",
    "mkstemp(dir='missing')",
    "mkdtemp()",
    "mkdtemp(suffix='.x', prefix='p-')",
    "mkdtemp(dir='sub')",
    "mkdtemp(dir='./sub/../sub/')",
    "mkdtemp(dir='')",
    "mkdtemp(dir='missing')",
    "mktemp()",
    "gettempdir()",
    "TemporaryFile()",
    "TemporaryFile(dir='sub')",
    "TemporaryFile('z')",
    "NamedTemporaryFile()",
    "NamedTemporaryFile(dir='sub')",
    "NamedTemporaryFile('w+', encoding='utf-8')",
    "SpooledTemporaryFile(max_size=3).write(b'abc')",
    "SpooledTemporaryFile(max_size=3).write(b'abcd')",
    "SpooledTemporaryFile(dir='sub').rollover()",
    "SpooledTemporaryFile(3, 'w+', encoding='utf-8').write('abcd')",
    "TemporaryDirectory()",
    "TemporaryDirectory(dir='sub')",
    "mkstemp() # TMP_MAX = 2",
    "mkdtemp() # TMP_MAX = 2",
    "mkstemp() # TMP_MAX = 0",
]

# With this, CPython makes anonymous files by name, as this project does.
tempfile._O_TMPFILE_WORKS = False

refusing = False
events = None


def hook(event, arguments):
    if events is not None and event.startswith("tempfile."):
        events.append((event, *arguments))
        if refusing and os.path.basename(arguments[0]).startswith("tmpc"):
            raise RuntimeError("refused")


def record(call, root):
    global events
    for directory in (root, os.path.join(root, "sub")):
        os.makedirs(os.path.join(directory, "tmpbaaaaaaa"))
        open(os.path.join(directory, "tmpaaaaaaaa"), "x").close()
    os.chdir(root)
    os.environ["TMPDIR"] = root
    tempfile.tempdir = None if call == "gettempdir()" else root
    tempfile.TMP_MAX = int(call.partition("TMP_MAX = ")[2] or 10_000)
    tempfile._name_sequence = iter([letter + "aaaaaaa" for letter in "aabcdef"])
    events, raised = [], None
    try:
        eval(call)
    except Exception as error:
        raised = type(error).__name__
    heard, events = events, None
    print(call + ", refused" * refusing)
    for event, path in heard:
        print("   ", event, path.replace(root, "/tmp"))
    if raised:
        print("   ", raised)


if sys.version_info < (3, 12):
    sys.exit("older than 3.12")
sys.addaudithook(hook)
with TemporaryDirectory() as outer:
    for refusing in (False, True):
        for call in CALLS:
            record(call, os.path.join(outer, f"{refusing} {CALLS.index(call)}"))
    os.chdir("/")
