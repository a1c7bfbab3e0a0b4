// The first JavaScript program of docs/languages.md: keeps a line in the first directory.

import { getDirectories } from 'wasi:filesystem/preopens@0.2.12';

export const run = {
  run() {
    const [[directory, path]] = getDirectories();
    const [once, both] = [{ create: true, exclusive: true }, { read: true, write: true }];
    const file = directory.openAt({}, 'notes.txt', once, both);
    file.write(new TextEncoder().encode('kept in memory'), 0n);
    console.log(`${path}/notes.txt: ${new TextDecoder().decode(file.read(100n, 0n)[0])}`);
    directory.unlinkFileAt('notes.txt');
  },
};
