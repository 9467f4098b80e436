// The owner on a laptop makes an invite; a friend on a phone, without script, opens it and joins.
//   node journey.mjs OWNER_LINK  ->  {"owner": ..., "friend": ..., "invite": ...} on the last line
import { LAPTOP, PHONE, check, openPage, withBrowser } from './browser.mjs';

const ownerLink = process.argv[2];
const password = 'correct horse battery staple';

const told = await withBrowser(async (browser) => {
  const owner = await openPage(browser, LAPTOP, ownerLink);
  let answer = await owner.goto(ownerLink);
  check(answer.status() === 200, `the owner link answers ${answer.status()}`);
  if (!(await owner.locator('input[name=name]').count())) {
    await owner.locator('a.button.main').first().click();
  }
  await owner.fill('input[name=name]', 'romeo');
  await owner.fill('input[name=password]', password);
  await owner.click('form button.main');
  await owner.waitForLoadState();
  check((await owner.content()).includes('romeo@localhost'), 'the owner sees the address');
  check((await owner.textContent('.note.ok')).includes('is yours'), 'and is told that the place is theirs');
  await owner.goto(new URL('/me', ownerLink).href);
  check(!owner.url().includes('sign-in'), 'the owner is signed in already');
  check(await owner.locator('textarea[name=note]').count(), 'the owner can invite');
  await owner.fill('textarea[name=note]', 'Juliet, join me here.');
  await owner.click('form button.main');
  await owner.waitForLoadState();
  const invite = await owner.inputValue('#link').catch(() => owner.textContent('#link'));
  check(/\/i\/[0-9A-Za-z]{26}$/.test(invite.trim()), `an invite link is shown, not ${invite}`);
  check(!(await owner.locator('svg').count()), 'no square for a phone that cannot open a link to this machine');

  const friend = await openPage(browser, PHONE, invite.trim(), { javaScriptEnabled: false });
  answer = await friend.goto(invite.trim());
  check(answer.status() === 200, `the invite answers ${answer.status()}`);
  check((await friend.textContent('h1')).includes('romeo'), 'the page names the inviter');
  check((await friend.textContent('body')).includes('Juliet, join me here.'), 'the page shows the hello');
  await friend.locator('a[href$="/register"]').first().click();
  await friend.fill('input[name=name]', 'juliet');
  await friend.fill('input[name=password]', password);
  await friend.click('form button.main');
  await friend.waitForLoadState();
  check((await friend.content()).includes('juliet@localhost'), 'the friend sees the address');

  answer = await friend.goto(invite.trim());
  check(answer.status() === 410, `a used invite answers ${answer.status()}`);
  await owner.goto(new URL('/me', ownerLink).href);
  check((await owner.textContent('ul.invites')).includes('juliet'), 'the owner sees who joined');
  for (const page of [owner, friend]) {
    check(page.foreign.length === 0, `requests to others: ${page.foreign}`);
    const odd = page.complaints.filter((line) => !line.includes('410'));
    check(odd.length === 0, `the browser complains: ${odd}`);
  }
  return { owner: 'romeo', friend: 'juliet', password, invite: invite.trim() };
});
console.log(JSON.stringify(told));
