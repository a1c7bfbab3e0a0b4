// Runs a command that jco translated to JavaScript, with the arguments after its name. It grants no
// directory. The packages are in the command's folder.

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
