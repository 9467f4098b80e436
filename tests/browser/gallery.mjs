// Every page with made-up facts (crates/web/examples/gallery), also those in a state that is hard to bring about.
//   node gallery.mjs PICTURES|- FOLDER_OF_A_LANGUAGE ...  ->  {"pages": ..., "steps": ...} on the last line
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { LAPTOP, check, withBrowser } from './browser.mjs';
import { look, walk } from './looks.mjs';

const AT_ONCE = 4;
// A language of each direction is looked at whole; of the others, whether their words fit.
const WHOLE = ['en', 'ar'];
const [wanted, ...folders] = process.argv.slice(2);
const pictures = wanted === '-' ? undefined : wanted;
if (pictures) mkdirSync(pictures, { recursive: true });
const all = folders.flatMap((folder) => readdirSync(folder).filter((f) => f.endsWith('.html')).map((f) => join(folder, f)));
check(all.length > 0, 'no pages');
const faults = [];
let steps = 0;

await withBrowser(async (browser) => {
  const waiting = all.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    const page = await (await browser.newContext(LAPTOP)).newPage();
    for (const file of waiting) {
      const [name, lang] = [basename(file, '.html'), basename(dirname(file))];
      await page.goto(pathToFileURL(resolve(file)).href);
      await page.evaluate(() => document.querySelectorAll('details:not(.menu)').forEach((details) => { details.open = true; }));
      try {
        // The console is for those who run the place, and they know some words more.
        const brief = !WHOLE.includes(lang);
        await look(page, name, { forInvitee: !/^admin/.test(name), brief, pictures: brief ? undefined : pictures });
        // Its direction does not change the order.
        if (lang === 'en') steps += await walk(page, name);
      } catch (error) {
        // All that is wrong at once: a change of the frame touches every page.
        faults.push(error.message);
      }
    }
  }));
});
check(faults.length === 0, faults.join('\n'));
console.log(JSON.stringify({ pages: all.length, steps }));
