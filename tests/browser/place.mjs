// A place with a domain and https of its own, on a free port of this machine, for a browser that is told where it is.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { check, note } from './browser.mjs';

export const DOMAIN = 'chat.example.org';
export const PASSWORD = 'correct horse battery staple';

const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// An invite lives a minute at least, and nobody waits that long: it is told that its time was over yesterday.
const AGE = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=5) as db:
    assert db.execute("UPDATE invite SET expires = expires - 8 * 86400000 WHERE public = ?", [sys.argv[2]]).rowcount == 1`;

// What the search for secrets looks at when all is over (tests/interop/ledger.py): the log, and the files but the keys.
function keepEvidence(folder, log) {
  if (!process.env.PARLOUR_LEDGER) return;
  const evidence = join(process.env.PARLOUR_LEDGER, 'evidence');
  const number = String(readdirSync(evidence).length).padStart(3, '0');
  writeFileSync(join(evidence, `${number}-place-log`), log);
  const data = join(folder, 'data');
  const kept = (path) => !['keys', 'run'].some((name) => path.startsWith(join(data, name)));
  if (existsSync(data)) cpSync(data, join(evidence, `${number}-place-files`), { recursive: true, filter: kept });
}

// Starts the place, waits until it answers, and does `work` with it.
export async function withPlace(parlour, work) {
  const folder = mkdtempSync(join(tmpdir(), 'parlour-place-'));
  const port = await freePort();
  writeFileSync(join(folder, 'parlour.toml'), `
domain = "${DOMAIN}"
site_name = "Hillside Choir"
data_dir = "data"
[listen]
c2s = []
c2s_tls = []
s2s = []
web = []
web_tls = ["127.0.0.1:${port}"]
local = []
[log]
level = "trace"
`);
  const words = (...all) => [...all, '--config', 'parlour.toml'];
  const options = { cwd: folder, encoding: 'utf8', timeout: 20_000 };
  const said = [];
  const server = spawn(parlour, words('serve'), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => said.push(String(text)));
  note('a password', PASSWORD);
  const place = {
    origin: `https://${DOMAIN}`,
    // What Chromium must be started with to find it.
    flags: [`--host-resolver-rules=MAP ${DOMAIN}:443 127.0.0.1:${port}`],
    run: (...all) => execFileSync(parlour, words(...all), options),
    invite: (...all) => {
      const made = JSON.parse(execFileSync(parlour, words('--json', 'invite', ...all), options));
      note('a token', made.token);
      return made;
    },
    account: (name, ...more) => {
      const all = words('account', 'create', `${name}@${DOMAIN}`, '--password-stdin', ...more);
      return execFileSync(parlour, all, { ...options, input: PASSWORD });
    },
    age: (id) => execFileSync('/usr/bin/python3', ['-c', AGE, join(folder, 'data', 'parlour.db'), id]),
    said: () => said.join(''),
  };
  try {
    for (let tries = 0; ; tries++) {
      try {
        place.run('host', 'list');
        break;
      } catch (error) {
        // The server is still on its way up, or has made its folder a moment ago.
        check(tries < 50 && /no server has its data|in use/.test(String(error.stderr)), String(error.stderr));
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    return await work(place);
  } finally {
    server.kill();
    await new Promise((done) => (server.exitCode === null ? server.once('exit', done) : done()));
    keepEvidence(folder, said.join(''));
    rmSync(folder, { recursive: true, force: true });
  }
}
