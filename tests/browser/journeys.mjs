// What people do, one journey after another: one server with a domain and https, one browser, from the link to the end.
//   node journeys.mjs PARLOUR [NAME ...]  ->  a line for each journey, {"journeys": ...} on the last line
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { ANDROID_FIREFOX, IN_APP, IPHONE, LAPTOP, PHONE, check, openPage, withBrowser } from './browser.mjs';
import { look, walk } from './looks.mjs';
import { DOMAIN, PASSWORD, withPlace } from './place.mjs';

const [parlour, ...wanted] = process.argv.slice(2);
const JSQR = readFileSync(createRequire(import.meta.url).resolve('jsqr'), 'utf8');
const NEW_PASSWORD = 'a much longer sentence';
// The journeys share one address, and the place counts what an address tries.
const seen = [];
const faults = [];
let place;
let browser;

const same = (found, expected, what) => check(found === expected, `${what}: ${found}, not ${expected}`);
const open = async (device, options = {}) => {
  const page = await openPage(browser, device, place.origin, { ignoreHTTPSErrors: true, locale: 'en', ...options });
  page.setDefaultTimeout(15_000);
  seen.push(page);
  return page;
};
const answers = (response) => response.request().isNavigationRequest() && ![301, 302, 303].includes(response.status());
const press = async (page, what = 'form button.main') => {
  const [answer] = await Promise.all([page.waitForResponse(answers), page.locator(what).first().click()]);
  await page.waitForLoadState();
  return answer.status();
};
const enter = async (page) => (await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]))[0];
const visit = async (page, path) => (await page.goto(new URL(path, place.origin).href)).status();
const fill = async (page, fields) => {
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
};
const join = async (page, link, name, password = PASSWORD) => {
  same(await visit(page, `${link}/register`), 200, `the form for ${name}`);
  await fill(page, { name, password });
  return press(page);
};
const signIn = async (page, name, password = PASSWORD) => {
  await visit(page, '/me');
  await fill(page, { name, password });
  return press(page);
};
const signedIn = async (page) => (await visit(page, '/me')) === 200 && !page.url().includes('sign-in');
// What an element says, without the marks that fence what was inserted.
const says = async (page, what) => (await page.textContent(what)).replace(/[\u2068\u2069]/g, '');
// A link from somebody who has an account here; gives what the command line says of it.
const contact = () => place.invite('contact', `romeo@${DOMAIN}`, '--allow-registration');

// What a phone's camera would read off the page.
async function decode(page, what = 'svg.qr') {
  const png = (await page.locator(what).first().screenshot()).toString('base64');
  const reader = await browser.newPage();
  await reader.evaluate(JSQR);
  const text = await reader.evaluate(async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    const { data: pixels, width, height } = context.getImageData(0, 0, picture.width, picture.height);
    return window.jsQR(pixels, width, height)?.data;
  }, png);
  await reader.close();
  return text;
}

const journeys = {
  async android() {
    const { uri, landing_page: link } = contact();
    const page = await open(PHONE);
    same(await visit(page, link), 200, 'the landing page');
    same(await page.getAttribute('link[rel=alternate]', 'href'), uri, 'the link for apps');
    const href = await page.getAttribute('a.button.main', 'href');
    const [, opaque, scheme, app, fallback] =
      /^intent:(.*)#Intent;scheme=(\w+);package=([\w.]+);S\.browser_fallback_url=([^;]+);end$/.exec(href) ?? [];
    same(`${scheme}:${opaque}`, uri, 'what the app opens');
    const store = new URL(decodeURIComponent(fallback));
    same(`${store.origin}${store.pathname}`, 'https://play.google.com/store/apps/details', 'the store');
    same(store.searchParams.get('id'), app, 'the app in the store');
    same(store.searchParams.get('referrer'), uri, 'what travels through the store');
    check(/[?&]referrer=xmpp%3A/i.test(store.search), 'the referrer is encoded once');

    const firefox = await open(ANDROID_FIREFOX);
    await visit(firefox, link);
    const direct = new URL(await firefox.getAttribute('a.button.main', 'href'));
    same(direct.searchParams.get('referrer'), uri, 'what travels, without intents');
    check(await firefox.locator(`.act a[href="${uri}"]`).count(), 'and a plain link for who has the app');
  },

  async iphone() {
    const { uri, landing_page: link } = contact();
    const page = await open(IPHONE);
    same(await visit(page, link), 200, 'the landing page');
    const banner = await page.getAttribute('meta[name=apple-itunes-app]', 'content');
    check(banner.endsWith(`, app-argument=${uri}`) && /^app-id=\d+,/.test(banner), `the banner carries the link: ${banner}`);
    same(await page.locator('.steps li').count(), 2, 'two steps');
    const [get, go] = await page.locator('.steps a.button').all();
    check(/^https:\/\/apps\.apple\.com\//.test(await get.getAttribute('href')), 'first the store');
    same(await get.getAttribute('target'), '_blank', 'beside this page');
    check((await get.getAttribute('href')).includes(/app-id=(\d+)/.exec(banner)[1]), 'the same app as in the banner');
    same(await go.getAttribute('href'), uri, 'then the invitation');
  },

  async laptop() {
    const { landing_page: link } = contact();
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(LAPTOP, { colorScheme });
      same(await visit(page, link), 200, 'the landing page');
      same(await decode(page), link, `the square when ${colorScheme}`);
    }
    const arabic = await open(LAPTOP, { locale: 'ar' });
    await visit(arabic, link);
    same(await decode(arabic), link, 'the square from right to left');
    await press(arabic, 'a[href$="/register"]');
    await fill(arabic, { name: 'sampson', password: PASSWORD });
    same(await press(arabic), 200, 'joins in the browser');
    same(await arabic.inputValue('#address'), `sampson@${DOMAIN}`, 'is told the address');
    same(await signIn(arabic, 'sampson'), 200, 'and signs in');
  },

  async inApp() {
    const { landing_page: link } = contact();
    const page = await open(IN_APP, { permissions: ['clipboard-read', 'clipboard-write'] });
    same(await visit(page, link), 200, 'the landing page');
    check((await says(page, '.note')).includes('Open in browser'), 'says how to get out');
    const box = await page.locator('.note').boundingBox();
    check(box.y < 200, 'at the top of the page');
    await page.click('[data-copy=link]');
    await page.waitForFunction(() => document.querySelector('[data-copy=link]').textContent === 'Copied');
    same(await page.evaluate(() => navigator.clipboard.readText()), link, 'what is copied');
    await page.waitForFunction(() => document.getElementById('said').textContent === 'Copied');
  },

  async withoutScript() {
    const { landing_page: link } = contact();
    const page = await open(IPHONE, { javaScriptEnabled: false });
    same(await visit(page, link), 200, 'the landing page');
    await press(page, 'a[href$="/register"]');
    await fill(page, { name: 'romeo', password: PASSWORD });
    same(await press(page), 400, 'a taken name');
    await press(page, 'button[name=pick]');
    const name = await page.inputValue('[name=name]');
    check(name !== 'romeo' && name.startsWith('romeo'), `another name is offered, not ${name}`);
    await fill(page, { name: 'balthasar', password: PASSWORD });
    same(await press(page), 200, 'joins');
    check((await says(page, 'main')).includes('romeo is in your contacts'), 'whoever invited is there already');
  },

  async byKeyboard() {
    const { landing_page: link } = contact();
    const page = await open(LAPTOP);
    await visit(page, link);
    await walk(page, 'the landing page');
    await page.focus('a.button.main');
    await enter(page);
    await walk(page, 'the form');
    await page.focus('[name=name]');
    await page.keyboard.type('gregory');
    await page.keyboard.press('Tab');
    await page.keyboard.type('short');
    await page.evaluate(() => { document.querySelector('form').noValidate = true; });
    await enter(page);
    await walk(page, 'the form with what was wrong');
    same(await page.inputValue('[name=name]'), 'gregory', 'the name is still there');
    await page.focus('[name=password]');
    await page.keyboard.type(PASSWORD);
    same((await enter(page)).status(), 200, 'joins by keys alone');
  },

  async expired() {
    const { id, landing_page: link } = place.invite('create', DOMAIN, '--expires-after', '1m');
    const page = await open(PHONE);
    // Before anybody has opened it: what a server has read it need not read again, since nobody else writes its database.
    place.age(id);
    same(await visit(page, link), 410, 'the landing page');
    check((await says(page, 'h1')).includes('run out'), 'says that it ran out');
    check((await says(page, 'main')).includes('fresh one'), 'and who helps');
    same(await visit(page, `${link}/register`), 410, 'the form');
  },

  async used() {
    const { landing_page: link } = contact();
    const page = await open(PHONE);
    same(await join(page, link, 'abram'), 200, 'joins');
    same(await visit(page, link), 410, 'the landing page');
    check((await says(page, 'h1')).includes('been used'), 'says that it was used');
    await press(page, 'a.button.main');
    check(page.url().endsWith('/me/sign-in'), 'and leads on for who has the account');
    await fill(page, { name: 'abram', password: PASSWORD });
    same(await press(page), 200, 'signs in');
  },

  async withdrawn() {
    const { id, landing_page: link } = contact();
    const page = await open(PHONE);
    same(await visit(page, `${link}/register`), 200, 'good at first');
    place.run('invite', 'revoke', DOMAIN, id);
    await fill(page, { name: 'potpan', password: PASSWORD });
    same(await press(page), 410, 'what was typed comes too late');
    check((await says(page, 'h1')).includes('taken back'), 'says that it was taken back');
    same(await signIn(page, 'potpan'), 400, 'there is no account');
  },

  async unknown() {
    const { landing_page: link } = contact();
    const page = await open(PHONE);
    const other = link.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    same(await visit(page, other), 404, 'the landing page');
    check((await says(page, 'h1')).includes('don’t know this link'), 'says so');
    check(!(await says(page, 'main')).includes('romeo'), 'and nothing about anybody');
  },

  async reset() {
    place.account('juliet');
    const [here, there, phone] = [await open(LAPTOP), await open(PHONE), await open(IPHONE)];
    same(await signIn(here, 'juliet'), 200, 'signed in');
    same(await signIn(there, 'juliet'), 200, 'signed in elsewhere');
    const { landing_page: link } = place.invite('reset', `juliet@${DOMAIN}`);
    same(await visit(phone, link), 200, 'the form');
    check((await says(phone, 'main')).includes(`juliet@${DOMAIN}`), 'names the account');
    await fill(phone, { password: NEW_PASSWORD });
    same(await press(phone), 200, 'the new password');
    check(!(await signedIn(here)) && !(await signedIn(there)), 'both browsers are asked again');
    same(await signIn(here, 'juliet'), 400, 'the old password is dead');
    same(await signIn(here, 'juliet', NEW_PASSWORD), 200, 'the new one works');
    same(await visit(phone, link), 410, 'the link worked once');
  },

  async group() {
    const { landing_page: link } = place.invite('create', DOMAIN, '--max-uses', '2');
    const page = await open(PHONE);
    for (const [name, left] of [['tybalt', '2 more people'], ['paris', 'one more person']]) {
      same(await visit(page, link), 200, `the landing page for ${name}`);
      check((await says(page, '.facts')).includes(left), `${left} may come`);
      same(await join(page, link, name), 200, `${name} joins`);
    }
    same(await visit(page, link), 410, 'the landing page when full');
    check((await says(page, 'h1')).includes('All places are taken'), 'says that it is full');
  },

  async member() {
    place.account('benvolio');
    const page = await open(LAPTOP, { permissions: ['clipboard-read', 'clipboard-write'] });
    same(await signIn(page, 'benvolio'), 200, 'signs in');
    check(await page.locator('.empty').count(), 'nobody is invited yet');
    await page.fill('[name=note]', 'For Rosaline');
    same(await press(page), 200, 'makes a link');
    const link = await page.inputValue('#link');
    same(await decode(page), link, 'the square');
    await page.click('[data-copy=link]');
    same(await page.evaluate(() => navigator.clipboard.readText()), link, 'what is copied');
    const guest = await open(PHONE);
    same(await visit(guest, link), 200, 'the guest’s page');
    check((await says(guest, 'h1')).includes('benvolio'), 'names the member');
    check((await says(guest, '.hello')).includes('For Rosaline'), 'with the words');
    await visit(page, '/me');
    await press(page, 'a[href$="/revoke"]');
    same(await press(page, 'button.danger'), 200, 'takes it back');
    check((await says(page, '.note.ok')).includes('taken back'), 'is told so');
    same(await visit(guest, link), 410, 'the guest’s page after');
    await visit(page, '/me');
    await page.fill('[name=note]', 'For Rosaline, again');
    await press(page);
    same(await join(guest, await page.inputValue('#link'), 'rosaline'), 200, 'the guest joins');
    await visit(page, '/me');
    check((await says(page, 'ul.invites')).includes('rosaline'), 'the member sees who came');
  },

  async renewed() {
    place.account('montague');
    const page = await open(LAPTOP);
    await signIn(page, 'montague');
    await page.fill('[name=note]', 'For my son');
    await page.click('details.more summary');
    await page.selectOption('[name=life]', { label: 'One day' });
    await press(page);
    const first = await page.inputValue('#link');
    same(await press(page, 'form[action$="/extend"] button'), 200, 'more time');
    check((await says(page, '.note.ok')).includes('longer'), 'is told so');
    same(await page.inputValue('#link'), first, 'the link stays');
    same(await press(page, 'form[action$="/renew"] button'), 200, 'a new link');
    const second = await page.inputValue('#link');
    check(second !== first, 'it is another');
    same(await decode(page), second, 'its square');
    const guest = await open(PHONE);
    same(await visit(guest, first), 410, 'the old link');
    same(await visit(guest, second), 200, 'the new link');
    check((await says(guest, '.hello')).includes('For my son'), 'promises the same');
    await press(page, 'a[href$="/print"]');
    same(await decode(page, '.slip svg'), second, 'on paper too');
    await look(page, 'print', { forInvitee: false });
  },

  async passwordMade() {
    const { landing_page: link } = contact();
    const page = await open(PHONE);
    await visit(page, `${link}/register`);
    await page.fill('[name=name]', 'peter');
    same(await press(page, 'button[name=make]'), 200, 'joins without thinking one up');
    const made = await page.inputValue('#made');
    check(made.length >= 12, `a password is shown: ${made.length} characters`);
    same(await signIn(page, 'peter', made), 200, 'signs in with it');
  },

  async setup() {
    const { uri, landing_page: link } = contact();
    for (const [device, app] of [[PHONE, 'conversations'], [IPHONE, 'monal'], [LAPTOP, 'gajim']]) {
      const page = await open(device);
      same(await visit(page, `${link}/app/${app}`), 200, `how to set up ${app}`);
      check(await page.locator('.steps li').count() >= 2, 'in steps');
      await look(page, app);
      const there = await page.locator(`.steps a[href="${uri}"]`).count();
      same(there, app === 'gajim' ? 0 : 1, `${app} opens the invitation, or is not asked to`);
      check(app !== 'gajim' || (await page.locator('.steps a[href*="/register"]').count()), 'then the name is chosen here');
    }
    const page = await open(PHONE);
    await visit(page, `${link}/app/nonesuch`);
    same(page.url(), link, 'an app that nobody knows leads back');
  },

  async home() {
    const page = await open(LAPTOP);
    same(await visit(page, '/'), 200, 'the front page');
    check((await says(page, 'h1')).includes('Hillside Choir'), 'names the place');
    await look(page, 'home');
    check(!(await page.locator('a[href*="register"]').count()), 'and offers no account without an invitation');
    await press(page, 'a.button.main');
    check(page.url().endsWith('/me/sign-in'), 'members sign in');
  },

  async devices() {
    place.account('capulet');
    const [laptop, phone, other] = [await open(LAPTOP), await open(PHONE), await open(IPHONE)];
    for (const page of [laptop, phone, other]) same(await signIn(page, 'capulet'), 200, 'signs in');
    same(await visit(laptop, '/me/devices'), 200, 'where one is signed in');
    same(await laptop.locator('input[name=browser]').count(), 2, 'two others');
    await look(laptop, 'devices', { forInvitee: false });
    await press(laptop, 'form:has(input[name=browser]) button');
    same(await laptop.locator('input[name=browser]').count(), 1, 'one is signed out');
    await press(laptop, 'form button.main');
    check(!(await signedIn(phone)) && !(await signedIn(other)), 'then all others');
    check(await signedIn(laptop), 'and this one stays');
  },

  async leaving() {
    place.account('mercutio');
    const page = await open(PHONE);
    await signIn(page, 'mercutio');
    await press(page);
    const link = await page.inputValue('#link');
    await visit(page, '/me/leave');
    await fill(page, { current: 'not this' });
    same(await press(page, 'button.danger'), 400, 'not with another password');
    await look(page, 'leave', { forInvitee: false });
    await fill(page, { current: PASSWORD });
    same(await press(page, 'button.danger'), 200, 'says goodbye');
    same(await signIn(page, 'mercutio'), 400, 'the account is gone');
    same(await visit(page, link), 410, 'and its invitations with it');
  },

  async languages() {
    const { landing_page: link } = place.invite('create', DOMAIN, '--lang', 'fr');
    const page = await open(PHONE, { locale: 'de' });
    await visit(page, link);
    same(await page.getAttribute('html', 'lang'), 'fr', 'the invitation’s own');
    same((await page.context().cookies()).length, 0, 'nothing is kept');
    await press(page, 'nav a[lang=ar]');
    same(await page.getAttribute('html', 'dir'), 'rtl', 'what was chosen');
    await press(page, 'a[href$="/register"]');
    same(await page.getAttribute('html', 'lang'), 'ar', 'and stays chosen');
    await press(page, 'nav a[lang=en]');
    same(await page.getAttribute('html', 'lang'), 'en', 'until another is');
  },

  async admin() {
    place.account('prince', '--role', 'admin');
    const page = await open(LAPTOP);
    await signIn(page, 'prince');
    same(await visit(page, '/admin'), 200, 'the overview');
    await look(page, 'admin', { forInvitee: false });
    same(await visit(page, '/admin/people'), 200, 'the people');
    check((await says(page, 'main')).includes('romeo'), 'who is here');

    await visit(page, '/admin/invites');
    await press(page, '.head a.button.main');
    await page.check('[name=how][value=group]');
    await fill(page, { number: '3', hello: 'Sing with us' });
    same(await press(page), 200, 'a link for a group');
    const link = await page.inputValue('#link');
    same(await decode(page), link, 'its square');
    await look(page, 'admin-invite', { forInvitee: false });
    const about = page.url();
    const guest = await open(PHONE);
    same(await visit(guest, link), 200, 'the guest’s page');
    check((await says(guest, '.facts')).includes('3 more people'), 'for three');
    await press(page, 'a.careful[href*="revoke"]');
    same(await press(page, 'form button.danger'), 200, 'taken back');
    same(await visit(guest, link), 410, 'the guest’s page after');
    await visit(page, about);
    check(!(await page.locator('#link').count()), 'and its link is shown no more');

    await visit(page, '/admin/invites');
    await press(page, '.head a.button.main');
    await page.check('[name=how][value=many]');
    await fill(page, { number: '4' });
    same(await press(page), 200, 'four links');
    const links = (await page.inputValue('#links')).trim().split(/\s+/);
    same(new Set(links).size, 4, 'each another');
    await press(page, '.head a.button:not(.main)');
    const printed = [];
    for (let at = 0; at < 4; at++) printed.push(await decode(page, `:nth-match(.slip svg, ${at + 1})`));
    same(printed.sort().join(' '), links.sort().join(' '), 'what is on paper');
    await look(page, 'admin-sheet', { forInvitee: false });

    const member = await open(PHONE);
    await signIn(member, 'romeo');
    check((await visit(member, '/admin')) !== 200, 'a member has no console');
  },
};

const names = Object.keys(journeys).filter((name) => wanted.length === 0 || wanted.includes(name));
check(names.length > 0, `no such journey: ${wanted}`);
await withPlace(parlour, async (here) => {
  place = here;
  place.account('romeo');
  await withBrowser(async (one) => {
    browser = one;
    for (const name of names) {
      const start = Date.now();
      try {
        await journeys[name]();
        for (const page of seen.splice(0)) {
          check(page.foreign.length === 0, `requests to others: ${page.foreign}`);
          const odd = page.complaints.filter((line) => !/status of (400|403|404|410)/.test(line));
          check(odd.length === 0, `the browser complains: ${odd}`);
          await page.context().close();
        }
      } catch (error) {
        faults.push(`${name}: ${error.stack}`);
        seen.length = 0;
      }
      console.log(`       ${name}  ${((Date.now() - start) / 1000).toFixed(1)} s`);
    }
  }, place.flags);
  check(!/panicked|ERROR/.test(place.said()), `the server is not well:\n${place.said()}`);
});
check(faults.length === 0, faults.join('\n'));
console.log(JSON.stringify({ journeys: names.length }));
