// Every page in every state, against a real trial: whole, small, alone, reachable by thumb, readable by anybody.
//   node pages.mjs OWNER_LINK PARLOUR TRIAL_FOLDER LANGUAGE [PICTURES_FOLDER]  ->  {"pages": ...} on the last line
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { ANDROID_FIREFOX, IN_APP, IPHONE, LAPTOP, PHONE, check, openPage, withBrowser } from './browser.mjs';
import { look } from './looks.mjs';

const [ownerLink, parlour, trial, locale, pictures] = process.argv.slice(2);
if (pictures) mkdirSync(pictures, { recursive: true });
const origin = new URL(ownerLink).origin;
const password = 'correct horse battery staple';
// The gallery's pages are looked at whole in both directions already.
const brief = locale !== 'en';
const sizes = [];

const run = (...words) => execFileSync(parlour, words, { cwd: trial, encoding: 'utf8', timeout: 20_000 });
const invite = (...words) => JSON.parse(run('--json', 'invite', ...words));
// An invite lives a minute at least, and nobody waits that long: it is told that its time was over yesterday.
const AGE = `import sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=5) as db:
    assert db.execute("UPDATE invite SET expires = expires - 8 * 86400000 WHERE public = ?", [sys.argv[2]]).rowcount == 1`;
const age = (id) => execFileSync('/usr/bin/python3', ['-c', AGE, join(trial, 'parlour-data', 'parlour.db'), id]);

// Looks at the page that `act` leads to: what came, and how it looks.
async function see(page, name, status, act, { forInvitee = true, open = false } = {}) {
  const requests = [];
  const note = (request) => requests.push(request);
  page.on('request', note);
  const answer = await act();
  await page.waitForLoadState();
  page.off('request', note);
  const fault = (what) => `${name}: ${what}`;
  check(answer.status() === status, fault(`answers ${answer.status()}, not ${status}`));
  const others = requests.filter((r) => !r.url().startsWith('data:') && !r.isNavigationRequest());
  check(others.length === 0, fault(`loads more than itself: ${others.map((r) => r.url())}`));
  const bytes = (await answer.body()).length;
  check(bytes < 50_000, fault(`weighs ${bytes} bytes`));
  sizes.push({ name, bytes });
  if (open) {
    for (const summary of await page.locator('summary').all()) await summary.click();
  }
  await look(page, name, { forInvitee, pictures, brief });
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(page.device.viewport);
}

const answers = (response) => response.request().isNavigationRequest() && ![301, 302, 303].includes(response.status());
const press = (page, what = 'form button.main') => async () => {
  const [answer] = await Promise.all([page.waitForResponse(answers), page.locator(what).first().click()]);
  return answer;
};
const go = (page, path) => () => page.goto(new URL(path, origin).href);
const fill = async (page, fields) => {
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
};

async function owner(browser, page) {
  await see(page, 'owner', 200, go(page, ownerLink));
  await fill(page, { name: 'romeo', password: 'password' });
  await see(page, 'owner-weak-password', 400, press(page));
  await fill(page, { name: 'romeo', password });
  await see(page, 'me-empty', 200, press(page));
  check(await page.locator('.empty').count(), 'nobody is invited yet');
  await page.fill('[name=note]', 'x'.repeat(281));
  await see(page, 'me-too-long', 400, press(page));
  await page.fill('[name=note]', 'Juliet, it’s me. Come and talk where nobody listens.');
  await see(page, 'made', 200, press(page));
  return (await page.inputValue('#link')).trim();
}

async function landings(open, personal) {
  const account = invite('create', 'localhost').landing_page;
  const group = invite('create', 'localhost', '--max-uses', '6').landing_page;
  const contact = invite('contact', 'romeo@localhost').landing_page;
  for (const [device, who] of [['laptop', LAPTOP], ['android', PHONE], ['firefox', ANDROID_FIREFOX], ['iphone', IPHONE], ['in-app', IN_APP]]) {
    const page = await open(who);
    await see(page, `landing-${device}`, 200, go(page, personal));
    if (device !== 'in-app') await see(page, `landing-${device}-open`, 200, go(page, personal), { open: true });
  }
  for (const [kind, link] of [['account', account], ['group', group], ['contact', contact]]) {
    for (const [device, who] of [['laptop', LAPTOP], ['iphone', IPHONE]]) {
      const page = await open(who);
      await see(page, `landing-${kind}-${device}`, 200, go(page, link), { open: kind === 'contact' });
    }
  }
  return account;
}

async function registration(open, personal, account) {
  const page = await open(PHONE);
  await see(page, 'register', 200, go(page, `${personal}/register`));
  await fill(page, { name: 'romeo', password: 'short-12' });
  await see(page, 'register-taken', 400, press(page));
  check(await page.locator('button[name=pick]').count() >= 2, 'other names are suggested');
  await fill(page, { name: 'Juliet Capulet!', password });
  await see(page, 'register-bad-name', 400, press(page));
  await fill(page, { name: 'juliet', password: 'password123' });
  await see(page, 'register-weak-password', 400, press(page));
  await fill(page, { name: 'juliet', password });
  await see(page, 'success', 200, press(page));
  const laptop = await open(LAPTOP);
  await go(laptop, `${account}/register`)();
  await fill(laptop, { name: 'mercutio', password });
  await see(laptop, 'success-laptop', 200, press(laptop), { open: true });
}

async function dead(open, used, me) {
  const gone = { expired: invite('create', 'localhost', '--expires-after', '1m'), withdrawn: invite('create', 'localhost') };
  run('invite', 'revoke', 'localhost', gone.withdrawn.id);
  const page = await open(LAPTOP);
  await see(page, 'dead-used', 410, go(page, used));
  await see(page, 'dead-withdrawn', 410, go(page, gone.withdrawn.landing_page));
  age(gone.expired.id);
  await see(page, 'dead-expired', 410, go(page, gone.expired.landing_page));
  const unknown = used.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
  await see(page, 'dead-unknown', 404, go(page, unknown));
  const full = invite('create', 'localhost', '--max-uses', '2').landing_page;
  for (const name of ['tybalt', 'paris']) {
    await go(page, `${full}/register`)();
    await fill(page, { name, password });
    await press(page)();
  }
  await see(page, 'dead-full', 410, go(page, full));

  // A member's own: one taken back, one used, one waiting.
  await go(me, '/me')();
  await me.fill('[name=note]', 'For Mercutio');
  await press(me)();
  await go(me, '/me')();
  await me.fill('[name=note]', '');
  await press(me)();
  await go(me, '/me')();
  await see(me, 'revoke', 200, press(me, 'a[href$="/revoke"]'), { forInvitee: false });
  await see(me, 'me-list', 200, press(me, 'button.danger'), { forInvitee: false });
  check((await me.textContent('ul.invites')).includes('juliet'), 'the list says who joined');
}

async function passwords(open, me) {
  await see(me, 'password', 200, go(me, '/me/password'));
  await fill(me, { current: 'no', password: 'short' });
  // The browser itself holds the short one back.
  await me.evaluate(() => { document.querySelector('form').noValidate = true; });
  await see(me, 'password-wrong', 400, press(me));
  await fill(me, { current: 'not this one', password: 'a much longer sentence' });
  await see(me, 'password-current-wrong', 400, press(me));
  check(await me.locator('#current-error').count(), 'the page says that the current password is wrong');
  const page = await open(PHONE);
  await see(page, 'sign-in', 200, go(page, '/me'), { open: true });
  await fill(page, { name: 'juliet', password: 'wrong' });
  await see(page, 'sign-in-wrong', 400, press(page));
  await fill(page, { name: 'juliet', password });
  await see(page, 'me-member', 200, press(page));
  await see(page, 'reset', 200, go(page, invite('reset', 'juliet@localhost').landing_page));
  await fill(page, { password: 'a much longer sentence' });
  await see(page, 'reset-done', 200, press(page));
}

async function problems(open) {
  const page = await open(LAPTOP);
  await see(page, 'problem-missing', 404, go(page, '/nothing/here'));
  await go(page, '/me/sign-in')();
  await page.evaluate(() => { document.querySelector('[name=csrf]').value = 'x'; });
  await fill(page, { name: 'romeo', password });
  await see(page, 'problem-forbidden', 403, press(page));
  const port = new URL(origin).port;
  // Plain http from a name that is not this machine's: of that the browser complains by itself.
  const elsewhere = await openPage(page.context().browser(), LAPTOP, `http://elsewhere.test:${port}`, { locale });
  elsewhere.device = LAPTOP;
  await see(elsewhere, 'problem-elsewhere', 421, () => elsewhere.goto(`http://elsewhere.test:${port}/`));
  check(elsewhere.foreign.length === 0, `requests to others: ${elsewhere.foreign}`);
  let answer;
  for (let tries = 0; tries < 40 && answer?.status() !== 429; tries++) {
    answer = await page.request.get(`${origin}/i/${'a'.repeat(26)}`);
  }
  await see(page, 'problem-busy', 429, go(page, `/i/${'a'.repeat(26)}`));
}

// What a person does from the invitation on, with script switched off.
async function withoutScript(browser, link) {
  const options = { javaScriptEnabled: false };
  const page = await openPage(browser, IPHONE, link, options);
  await page.goto(link);
  await press(page, 'a[href$="/register"]')();
  await fill(page, { name: 'romeo', password });
  check((await press(page)()).status() === 400, 'the name is taken');
  await press(page, 'button[name=pick]')();
  const name = await page.inputValue('[name=name]');
  await fill(page, { password });
  check((await press(page)()).status() === 200, 'joins under a suggested name');
  check((await page.inputValue('#address')) === `${name}@localhost`, 'and is told the address');
  await go(page, '/me')();
  await fill(page, { name, password });
  check((await press(page)()).status() === 200, 'signs in');
  await page.fill('[name=note]', 'Benvolio, come too.');
  await press(page)();
  check(/\/i\/\w{26}$/.test(await page.inputValue('#link')), 'makes a link');
  await go(page, '/me')();
  await press(page, 'a[href$="/revoke"]')();
  await press(page, 'button.danger')();
  check(await page.locator('.state.over').count() === 1, 'takes it back');
  await go(page, '/me/password')();
  await fill(page, { current: password, password: `${password} twice` });
  check((await press(page)()).status() === 200, 'changes the password');
  await press(page, 'form[action$="/sign-out"] button')();
  check(page.url().endsWith('/me/sign-in'), 'signs out');
  check(page.foreign.length === 0, `requests to others: ${page.foreign}`);
}

await withBrowser(async (browser) => {
  const pages = [];
  const open = async (device) => {
    const page = await openPage(browser, device, ownerLink, { locale });
    page.device = device;
    pages.push(page);
    return page;
  };
  const me = await open(LAPTOP);
  const personal = await owner(browser, me);
  const account = await landings(open, personal);
  await registration(open, personal, account);
  await dead(open, personal, me);
  await passwords(open, me);
  await withoutScript(browser, invite('create', 'localhost').landing_page);
  await problems(open);
  for (const page of pages) {
    check(page.foreign.length === 0, `requests to others: ${page.foreign}`);
    const odd = page.complaints.filter((line) => !/status of (400|403|404|410|421|429)/.test(line));
    check(odd.length === 0, `the browser complains: ${odd}`);
  }
}, ['--host-resolver-rules=MAP elsewhere.test 127.0.0.1']);

for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(7)}  ${name}`);
console.log(JSON.stringify({ pages: sizes.length, largest: Math.max(...sizes.map((s) => s.bytes)) }));
