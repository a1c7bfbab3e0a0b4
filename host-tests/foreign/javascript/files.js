// Calls WASI 0.2 on files in the first directory, and prints a line for each answer.

import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

const nowhere = {}, create = { create: true }, both = { read: true, write: true };
const changing = { read: true, mutateDirectory: true };
const text = new TextDecoder();

// Prints the outcome of a call. The error of a file is a word. A stream's is an object with a tag.
function say(what, call) {
  try {
    console.log(`${what}: ${JSON.stringify(call(), (_, it) => (typeof it === 'bigint' ? `${it}` : it))}`);
  } catch (error) {
    const payload = error.payload ?? error;
    console.log(`${what}: error ${payload.tag ?? payload}`);
  }
}

function names(directory) {
  const stream = directory.readDirectory();
  const found = [];
  for (let entry; (entry = stream.readDirectoryEntry()); ) found.push(`${entry.name} ${entry.type}`);
  return found.sort().join(', ');
}

function describe(stat) {
  return `${stat.type} ${stat.size} ${stat.linkCount}`;
}

function files(directory) {
  say('missing', () => directory.openAt(nowhere, 'missing', nowhere, both));
  const file = directory.openAt(nowhere, 'file', create, both);
  say('exclusive', () => directory.openAt(nowhere, 'file', { create: true, exclusive: true }, both));
  say('write', () => file.write(new TextEncoder().encode('0123456789'), 0n));
  const output = file.writeViaStream(10n);
  say('room', () => output.checkWrite() >= 4096n);
  say('written', () => output.blockingWriteAndFlush(new TextEncoder().encode('abcdef')));
  say('zeroes', () => output.blockingWriteZeroesAndFlush(3n));
  say('read', () => text.decode(file.read(100n, 0n)[0]));
  say('read at the end', () => file.read(100n, 19n)[1]);
  const input = file.readViaStream(4n);
  say('some', () => text.decode(input.blockingRead(8n)));
  say('skipped', () => input.blockingSkip(2n));
  say('rest', () => text.decode(input.blockingRead(100n)));
  say('end', () => input.blockingRead(100n));
  say('size', () => file.setSize(5n));
  say('stat', () => describe(file.stat()));
  say('type', () => file.getType());
  say('flags', () => file.getFlags());
  say('times', () => file.setTimes({ tag: 'no-change' }, { tag: 'timestamp', val: { seconds: 1n, nanoseconds: 2 } }));
  say('modified', () => file.stat().dataModificationTimestamp);
  say('sync', () => file.sync());
  say('same', () => file.isSameObject(directory.openAt(nowhere, 'file', nowhere, { read: true })));
  say('other', () => file.isSameObject(directory));
}

function directories(directory) {
  say('make', () => directory.createDirectoryAt('folder'));
  say('again', () => directory.createDirectoryAt('folder'));
  const folder = directory.openAt(nowhere, 'folder', { directory: true }, changing);
  for (let i = 0; i < 40; i++) folder.openAt(nowhere, `name ${i}`, create, both);
  say('names', () => names(folder));
  say('not empty', () => directory.removeDirectoryAt('folder'));
  say('link', () => directory.linkAt(nowhere, 'file', folder, 'linked'));
  say('stat', () => describe(folder.statAt(nowhere, 'linked')));
  say('symlink', () => directory.symlinkAt('folder/linked', 'symbolic'));
  say('readlink', () => directory.readlinkAt('symbolic'));
  say('through', () => describe(directory.statAt({ symlinkFollow: true }, 'symbolic')));
  say('rename', () => directory.renameAt('symbolic', folder, 'moved'));
  say('up', () => directory.openAt(nowhere, '../outside', create, both));
  say('absolute', () => directory.openAt(nowhere, '/etc/passwd', nowhere, { read: true }));
  for (let i = 0; i < 40; i++) folder.unlinkFileAt(`name ${i}`);
  say('left', () => names(folder));
  say('all', () => names(directory));
  say('unlink', () => directory.unlinkFileAt('folder'));
}

function full(directory) {
  const file = directory.openAt(nowhere, 'large', create, both);
  const piece = new Uint8Array(65536).fill(1);
  let at = 0n;
  say('until', () => {
    for (let i = 0; i < 100; i++) at += file.write(piece, at);
  });
  say('much', () => at > 100000n);
  say('remove', () => directory.unlinkFileAt('large'));
}

export const run = {
  run() {
    const [[directory, path]] = getDirectories();
    console.log(path);
    files(directory);
    directories(directory);
    if (path !== '/tmp') full(directory);
  },
};
