// Runs a command that jco made JavaScript of, with the arguments after its name, and grants it no
// directory. The packages lie beside it.

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file, ...args] = process.argv.slice(2);
const shim = createRequire(file).resolve('@bytecodealliance/preview2-shim');
const { cli, filesystem } = await import(pathToFileURL(shim));
cli._setArgs(['program', ...args]);
cli._setEnv({});
filesystem._setPreopens({});
const { run } = await import(pathToFileURL(file));
run.run();
