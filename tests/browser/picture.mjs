// The picture in README.md: one invitation on a laptop and on a phone, from a real server.
//   cargo build -p parlour && node tests/browser/picture.mjs [PARLOUR [PICTURE]]  ->  {"bytes": ...} on the last line
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IPHONE, check, withBrowser } from './browser.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const parlour = resolve(process.argv[2] ?? join(target, 'debug', 'parlour'));
const picture = resolve(process.argv[3] ?? join(root, 'docs', 'pictures', 'landing.png'));
const MOST_BYTES = 200_000;
const domain = 'chat.example.org';
const password = 'correct horse battery staple';

const folder = mkdtempSync(join(tmpdir(), 'parlour-picture-'));
const port = await new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
writeFileSync(join(folder, 'parlour.toml'), `
domain = "${domain}"
site_name = "Hillside Choir"
data_dir = "data"
[listen]
c2s = []
c2s_tls = []
s2s = []
web = []
web_tls = ["127.0.0.1:${port}"]
local = []
`);
const words = (...all) => [...all, '--config', 'parlour.toml'];
const server = spawn(parlour, words('serve'), { cwd: folder, stdio: 'ignore' });
const run = (input, ...all) => execFileSync(parlour, words(...all), { cwd: folder, input, encoding: 'utf8', timeout: 20_000 });

try {
  for (let tries = 0; ; tries++) {
    try {
      run(password, 'account', 'create', `romeo@${domain}`, '--password-stdin');
      break;
    } catch (error) {
      // The server is still on its way up, or has made its folder a moment ago.
      check(tries < 50 && /no server has its data|in use/.test(String(error.stderr)), String(error.stderr));
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  await withBrowser(async (browser) => {
    const open = (options) => browser.newContext({ ignoreHTTPSErrors: true, ...options }).then((c) => c.newPage());
    const member = await open({});
    await member.goto(`https://${domain}/me`);
    await member.fill('[name=name]', 'romeo');
    await member.fill('[name=password]', password);
    await member.click('form button.main');
    await member.fill('[name=note]', 'Come and sing with us! Tuesday’s pieces are in here already.');
    await member.click('form button.main');
    const link = await member.inputValue('#link');

    const shot = async (options) => {
      const page = await open({ colorScheme: 'light', ...options });
      const answer = await page.goto(link);
      check(answer.status() === 200, `the invitation answers ${answer.status()}`);
      check(options.isMobile || (await page.locator('svg.qr').count()) === 1, 'a laptop shows a square for the phone');
      const png = await page.screenshot();
      return `data:image/png;base64,${png.toString('base64')}`;
    };
    const laptop = await shot({ viewport: { width: 1300, height: 976 }, deviceScaleFactor: 1 });
    const phone = await shot({ ...IPHONE, deviceScaleFactor: 1 });
    const frame = await open({ viewport: { width: 1400, height: 860 } });
    await frame.setContent(`<!doctype html><style>
      body{margin:0;background:#e9e5dc;height:860px;overflow:hidden}
      div{position:absolute;background:#26241f;box-shadow:0 24px 60px #00000038}
      img{display:block;width:100%;height:100%}
      .laptop{left:70px;top:56px;width:990px;height:750px;border-radius:18px;padding:14px}
      .laptop img{border-radius:6px}
      .phone{left:1000px;top:150px;width:310px;height:671px;border-radius:42px;padding:11px}
      .phone img{border-radius:32px}
    </style><div class="laptop"><img src="${laptop}"></div><div class="phone"><img src="${phone}"></div>`);
    mkdirSync(dirname(picture), { recursive: true });
    await frame.screenshot({ path: picture });
  }, [`--host-resolver-rules=MAP ${domain}:443 127.0.0.1:${port}`]);
  const { size } = statSync(picture);
  check(size < MOST_BYTES, `the picture has ${size} bytes, over ${MOST_BYTES}`);
  console.log(JSON.stringify({ picture, bytes: size }));
} finally {
  server.kill();
  await new Promise((done) => (server.exitCode === null ? server.once('exit', done) : done()));
  rmSync(folder, { recursive: true, force: true });
}
