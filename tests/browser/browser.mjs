// A headless Chromium that talks to this machine only.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const LAPTOP = { viewport: { width: 1280, height: 900 } };
export const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  userAgent: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36',
};
export const IPHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
};
export const ANDROID_FIREFOX = {
  ...PHONE,
  userAgent: 'Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0',
};
// A link tapped inside another app, which shows it itself.
export const IN_APP = { ...IPHONE, userAgent: `${IPHONE.userAgent.replace(/ Version.*/, '')} Instagram 340.0.0.20.107` };

export async function withBrowser(work, flags = []) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, ...flags] });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

export function check(truth, what) {
  if (!truth) throw new Error(what);
}

// Somebody could get in with it: it is looked for where it does not belong when all is over (tests/interop/ledger.py).
export function note(what, secret) {
  if (process.env.PARLOUR_LEDGER && secret && secret.length >= 8) {
    appendFileSync(join(process.env.PARLOUR_LEDGER, 'secrets'), `${JSON.stringify({ what, secret })}\n`);
  }
}

// What a browser sends and is given: tokens in addresses, what is typed, the fields of forms, cookies.
function noteAll(context) {
  context.on('request', (request) => {
    for (const [token] of request.url().matchAll(/(?<![0-9A-Za-z])[0-9A-Za-z]{26}(?![0-9A-Za-z])/g)) note('a token', token);
    if (request.method() !== 'POST') return;
    const fields = new URLSearchParams(request.postData() ?? '');
    for (const name of ['password', 'current', 'csrf']) note(`a form's ${name}`, fields.get(name));
  });
  context.on('response', async (response) => {
    const headers = await response.headersArray().catch(() => []);
    for (const { name, value } of headers) {
      if (name.toLowerCase() === 'set-cookie') note('a cookie', value.split(';')[0].split('=').slice(1).join('='));
    }
  });
}

// A page that notes what a person would not see: failed requests, policy violations, requests to other hosts.
export async function openPage(browser, device, link, options = {}) {
  const context = await browser.newContext({ ...device, ...options });
  noteAll(context);
  const page = await context.newPage();
  const origin = new URL(link).origin;
  page.foreign = [];
  page.complaints = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) page.foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(message.text());
  });
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  return page;
}
