// xmpp.js as a process: commands in, events out, a JSON object a line. Over WebSocket, as in a web page.
//   node client_xmppjs.mjs JID ADDRESS URL
import { createInterface } from 'node:readline';
import { webcrypto } from 'node:crypto';
import WebSocket from 'ws';

// What browsers have and Node 18 has not.
globalThis.crypto ??= webcrypto;
globalThis.WebSocket ??= WebSocket;
const { client, jid, xml } = await import('@xmpp/client');

const say = (what) => console.log(JSON.stringify(what));
const [address, , service] = process.argv.slice(2);
const { local, domain } = jid(address);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
// With `fast`, the token of an earlier run, it has no password and no other way in; `agent` is its installation's UUID.
const { password, fast: returning, agent } = JSON.parse((await lines.next()).value);

const userAgent = agent && xml('user-agent', { id: agent }, xml('software', {}, 'xmpp.js'), xml('device', {}, 'A page'));
const xmpp = client({ service, domain, username: local, password: returning ? '' : password, resource: agent && 'page', userAgent });
xmpp.reconnect.stop();
if (returning) xmpp.fast.fetchToken = async () => returning;
xmpp.fast.saveToken = async (token) => say({ event: 'token', ...token });
xmpp.on('send', (element) => {
  if (element.is('authenticate')) say({ event: 'authenticates', with: element.attrs.mechanism });
});
xmpp.on('error', (error) => say({ event: 'error', text: String(error) }));
xmpp.on('stanza', (stanza) => {
  const sender = stanza.attrs.from && jid(stanza.attrs.from).bare().toString();
  if (stanza.is('message') && stanza.getChild('body')) {
    say({ event: 'message', sender, body: stanza.getChildText('body') });
  } else if (stanza.is('presence') && !stanza.attrs.type) {
    say({ event: 'online', jid: sender });
  }
});
xmpp.on('online', async (bound) => {
  const roster = await xmpp.iqCaller.get(xml('query', 'jabber:iq:roster'));
  for (const { attrs } of roster.getChildren('item')) {
    say({ event: 'contact', jid: attrs.jid, subscription: attrs.subscription });
  }
  await xmpp.send(xml('presence'));
  say({ event: 'ready', jid: bound.toString() });
});
await xmpp.start().catch((error) => say({ event: 'error', text: String(error) }));
for await (const line of lines) {
  const { to, body } = JSON.parse(line);
  await xmpp.send(xml('message', { to, type: 'chat' }, xml('body', {}, body)));
}
process.exit(0);
