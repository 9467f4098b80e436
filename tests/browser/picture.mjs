// The picture in README.md: one invitation on a laptop and on a phone, from a real server.
//   cargo build -p parlour && node tests/browser/picture.mjs [PARLOUR [PICTURE]]  ->  {"bytes": ...} on the last line
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { IPHONE, check, withBrowser } from './browser.mjs';
import { PASSWORD, withPlace } from './place.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const parlour = resolve(process.argv[2] ?? join(target, 'debug', 'parlour'));
const picture = resolve(process.argv[3] ?? join(root, 'docs', 'pictures', 'landing.png'));
const MOST_BYTES = 200_000;

await withPlace(parlour, async (place) => {
  place.account('romeo');
  await withBrowser(async (browser) => {
    const open = (options) => browser.newContext({ ignoreHTTPSErrors: true, ...options }).then((c) => c.newPage());
    const member = await open({});
    await member.goto(`${place.origin}/me`);
    await member.fill('[name=name]', 'romeo');
    await member.fill('[name=password]', PASSWORD);
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
  }, place.flags);
  const { size } = statSync(picture);
  check(size < MOST_BYTES, `the picture has ${size} bytes, over ${MOST_BYTES}`);
  console.log(JSON.stringify({ picture, bytes: size }));
});
