// What must hold for a page however it came about: it fits, can be tapped, read, walked by keyboard and read aloud.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { check } from './browser.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = { phone: 390, laptop: 1280 };
const NARROWEST = 320;
const HEIGHT = 844;
// What an invitee never has to know; crates/web/src/pages/view/tests.rs has it for the other languages.
const FORBIDDEN = /\b(xmpp|jabber|servers?|clients?|domains?|tokens?|jid|roster|federat\w+|legacy|muc|node)\b/i;
const STANDARD = 'It uses an open standard called XMPP.';

// Looks at the page as it stands, in both themes, and takes its picture in each unless `pictures` is unset; `brief` looks
// at its words and what fits alone.
export async function look(page, name, { forInvitee = true, pictures, brief = false } = {}) {
  const root = page.locator('html');
  const lang = await root.getAttribute('lang');
  const fault = (what) => `${name} (${lang}): ${what}`;
  check(/^[a-z]{2}$/.test(lang), fault('says no language'));
  check((await root.getAttribute('dir')) === (lang === 'ar' ? 'rtl' : 'ltr'), fault('says no direction, or the wrong one'));
  check(await page.locator('h1').count() === 1, fault('one main heading'));
  const text = (await page.locator('body').innerText()).replace(STANDARD, '');
  check(!forInvitee || lang !== 'en' || !FORBIDDEN.test(text), fault(`says “${FORBIDDEN.exec(text)?.[0]}”`));
  check(!/\{\s*\$/.test(text), fault('leaves a hole'));
  const aloud = await page.evaluate(findOtherwise);
  check(aloud.length === 0, fault(`reads aloud otherwise than it shows: ${aloud.join(', ')}`));
  for (const [device, width] of [['watch', NARROWEST], ...(brief && !pictures ? [] : Object.entries(WIDTHS))]) {
    if (page.viewportSize().width !== width) await page.setViewportSize({ width, height: HEIGHT });
    const found = await page.evaluate(measure);
    check(found.over <= 0, fault(`is ${found.over} px too wide for ${width} px: ${found.widest}`));
    check(found.small.length === 0, fault(`at ${width} px too small to tap: ${found.small.join(', ')}`));
    for (const colorScheme of pictures && device in WIDTHS ? ['light', 'dark'] : []) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}.${lang}.${device}.${colorScheme}.png`), fullPage: true });
    }
  }
  for (const colorScheme of brief ? [] : ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    const pale = await page.evaluate(findPale);
    check(pale.length === 0, fault(`too pale to read when ${colorScheme}: ${pale.join(', ')}`));
    const found = await audit(page, colorScheme === 'dark' ? ['color-contrast'] : undefined);
    check(found.length === 0, fault(`axe, ${colorScheme}: ${found.join('\n  ')}`));
  }
}

// What axe-core calls serious or critical, of all its rules or of some.
export async function audit(page, rules) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const only = rules ? { runOnly: { type: 'rule', values: rules } } : {};
  const violations = await page.evaluate(
    (options) => window.axe.run(document, options).then((found) => found.violations.map(
      ({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.html.slice(0, 90)) }),
    )),
    { resultTypes: ['violations'], ...only },
  );
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, impact, where }) => `${id} (${impact}): ${where.join(' | ')}`);
}

// Walks the page with the Tab key: everything that acts is reached once, in the order it stands, and seen to be reached.
export async function walk(page, name) {
  const expected = await page.evaluate(() => {
    const acting = 'a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex="0"]';
    const all = [...document.querySelectorAll(acting)].filter((element) => {
      const hidden = !element.checkVisibility() || element.disabled || element.tabIndex < 0;
      // Of radio buttons the one that is chosen stands for its group.
      const group = element.type === 'radio' && !element.checked
        && document.querySelector(`input[type=radio][name="${element.name}"]:checked`);
      return !hidden && !group;
    });
    all.forEach((element, at) => { element.dataset.tabAt = at; });
    // The walk begins at the top, wherever the page has put the focus.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute('tabindex');
    window.scrollTo(0, 0);
    return all.length;
  });
  for (let at = 0; at < expected; at++) {
    // A date is several stops in one field.
    let same = true;
    for (let more = 0; same && more < 8; more++) {
      await page.keyboard.press('Tab');
      same = at > 0 && (await page.evaluate(() => document.activeElement.dataset.tabAt)) === String(at - 1);
    }
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        at: element.dataset.tabAt,
        html: element.outerHTML.slice(0, 80),
        ring: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      };
    });
    check(here.at === String(at), `${name}: Tab ${at + 1} of ${expected} leads to ${here.html}`);
    check(here.ring && here.seen, `${name}: nobody sees that the focus is on ${here.html}`);
  }
  return expected;
}

// Runs in the page: what sticks out sideways, and what is too small for a thumb.
function measure() {
  const root = document.documentElement;
  const over = root.scrollWidth - root.clientWidth;
  let widest = '';
  const small = [];
  for (const element of document.querySelectorAll('body *')) {
    const { left, right } = element.getBoundingClientRect();
    if (over > 0 && (right > root.clientWidth || left < 0)) widest = element.outerHTML.slice(0, 80);
  }
  const targets = 'button, a.button, summary, .second a, footer a, nav a, .choice, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), select, textarea';
  for (const element of document.querySelectorAll(targets)) {
    const { width, height } = element.getBoundingClientRect();
    if (!element.checkVisibility() || element.matches('.sr')) continue;
    if (height < 43.5 || width < 43.5) small.push(`${element.outerHTML.slice(0, 60)} (${width} by ${height})`);
  }
  return { over, widest, small };
}

// Runs in the page: what says something else to those who listen than to those who look (WCAG 2.2, 2.5.3), as axe-core has
// it too, but for languages that it is not run on.
function findOtherwise() {
  const plain = (text) => text.replace(/[\u2068\u2069]/g, '').replace(/\s+/g, ' ').trim().toLowerCase();
  const named = [...document.querySelectorAll('a[aria-label], button[aria-label]')];
  const odd = named.filter((one) => !plain(one.getAttribute('aria-label')).includes(plain(one.textContent)));
  return odd.map((one) => one.outerHTML.slice(0, 120));
}

// Runs in the page: text with a contrast under 4.5 (WCAG 2.2, 1.4.3).
function findPale() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = numbers(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = element.matches('input, textarea') || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.matches('.sr, script, noscript') || !element.checkVisibility()) continue;
    const [one, two] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (contrast < 4.5) pale.push(`${element.outerHTML.slice(0, 60)} (${contrast.toFixed(1)})`);
  }
  return pale;
}
