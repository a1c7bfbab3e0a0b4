// The second JavaScript program of docs/languages.md: keeps a line by the component `tempfile`.

import { namedTemporaryFile } from 'scratch:tempfile/tempfile@0.1.0';

export const run = {
  run() {
    const file = namedTemporaryFile({ prefix: 'notes-', suffix: '.txt' });
    file.write(new TextEncoder().encode('kept by the component'));
    file.seek(0n, 0);
    console.log(`${file.name()}: ${new TextDecoder().decode(file.read())}`);
    file.close();
  },
};
