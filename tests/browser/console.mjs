// The console as an owner uses it, without script and with it: groups, many links at once, a person, settings, a menu.
//   node console.mjs OWNER_LINK  ->  {"steps": ...} on the last line
import { LAPTOP, PHONE, check, openPage, withBrowser } from './browser.mjs';

const [ownerLink] = process.argv.slice(2);
const { origin } = new URL(ownerLink);
const password = 'correct horse battery staple';
let steps = 0;
const same = (found, expected, what) => {
  check(found === expected, `${what}: ${found}, not ${expected}`);
  steps++;
};
const holds = (truth, what) => same(Boolean(truth), true, what);
const heading = (page) => page.locator('h1').innerText();
const plain = (text) => text.replace(/[\u2068\u2069]/g, '');
const told = async (page) => plain(await page.locator('.note').first().innerText());
const press = (page, what) => page.click(`main ${what}`);
const pages = [];

async function withoutScript(browser) {
  const page = await openPage(browser, LAPTOP, origin, { javaScriptEnabled: false, locale: 'en', acceptDownloads: true });
  pages.push(page);
  await page.goto(`${ownerLink}/register`);
  await page.fill('[name=name]', 'olga');
  await page.fill('[name=password]', password);
  await page.click('form button.main');
  await page.click('a:has-text("Look after")');
  holds(new URL(page.url()).pathname === '/admin', 'the own page leads to the console');
  holds((await page.locator('.numbers dd').allInnerTexts())[0] === '1', 'one person');

  await page.click('.side a:has-text("Groups")');
  await page.fill('#name', 'Altos & friends');
  await page.check('[name=contacts]');
  await press(page, 'button.main');
  same(await heading(page), 'Altos & friends', 'the new group');

  await press(page, 'a:has-text("Invite into this group")');
  await page.check('[name=kind][value=account]');
  await page.check('[name=how][value=many]');
  await page.fill('#number', '3');
  await press(page, 'button.main');
  const links = (await page.inputValue('#links')).split('\n');
  same(links.length, 3, 'links made at once');
  const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'a:has-text("Save as a file")')]);
  same(file.suggestedFilename(), 'invitations.csv', 'the file');
  await press(page, 'a:has-text("Print")');
  same(await page.locator('.slip svg').count(), 0, 'no squares for links that no phone could open');
  same(await page.locator('.slip').count(), 3, 'slips of paper');

  const guest = await openPage(browser, PHONE, origin, { javaScriptEnabled: false, locale: 'en' });
  pages.push(guest);
  await guest.goto(`${links[0]}/register`);
  await guest.fill('[name=name]', 'mia');
  await guest.fill('[name=password]', password);
  await guest.click('form button.main');
  await guest.goto(`${origin}/admin`);
  holds(guest.url().includes('/me/sign-in?next=%2Fadmin'), 'nobody is sent to sign in');

  await page.goto(`${origin}/admin/people?q=MI`);
  await press(page, 'a:has-text("mia")');
  holds(await page.locator('[name="group.Altos & friends"]').isChecked(), 'she came into the group');
  await press(page, 'a:has-text("Switch off")');
  holds((await heading(page)).includes('mia'), 'the question names her');
  await press(page, 'button.danger');
  holds((await told(page)).includes('mia is switched off'), 'she is switched off');
  await press(page, '.note button');
  holds((await told(page)).includes('mia can sign in again'), 'and it is undone');
  await press(page, 'a:has-text("Help with the password")');
  await press(page, 'button.main');
  holds((await page.inputValue('#link')).startsWith(`${origin}/i/`), 'a link for a new password');

  await page.goto(`${origin}/admin/invites?state=waiting`);
  for (const box of await page.locator('td.pick input').all()) await box.check();
  await press(page, 'button[value=revoke]');
  same(plain(await heading(page)), 'Take these 2 invitations back?', 'how many');
  await press(page, 'button.danger');
  holds((await told(page)).startsWith('2 of 2 done.'), 'both are taken back');
  await press(page, '.note button');
  await press(page, 'a:has-text("Show the new links")');
  same((await page.inputValue('#links')).split('\n').length, 2, 'and made again');

  await page.click('.side a:has-text("Settings")');
  holds(await page.locator('#site_name').isDisabled(), 'what the configuration sets is fixed');
  await page.fill('#colour', '#7a2e8e');
  await press(page, 'button.main');
  same(await told(page), 'The settings are saved.', 'saved');
}

async function withScript(browser) {
  const page = await openPage(browser, PHONE, origin, { locale: 'en' });
  pages.push(page);
  await page.goto(`${origin}/admin/invites`);
  await page.fill('[name=name]', 'olga');
  await page.fill('[name=password]', password);
  await page.click('form button.main');
  same(await heading(page), 'Invitations', 'signing in leads back');
  await page.click('button:has-text("Tick all")');
  holds(await page.locator('td.pick input').evaluateAll((boxes) => boxes.every((box) => box.checked)), 'all are ticked');
  await page.click('.menu summary');
  await page.click('.menu a:has-text("People")');
  same(await heading(page), 'People', 'the menu leads there');
}

await withBrowser(async (browser) => {
  await withoutScript(browser);
  await withScript(browser);
});
for (const page of pages) {
  check(page.foreign.length === 0, `asked elsewhere: ${page.foreign}`);
  check(page.complaints.length === 0, `the browser complains: ${page.complaints}`);
}
console.log(JSON.stringify({ steps }));
