// Writes src/test/resources/npm-verdicts.ndjson: tokens made with LiveKit's own SDK for npm, and spoilt ones, each with
// what that SDK's receiver says of it at a fixed time. Run it where livekit-server-sdk is installed:
//   node verdicts.mjs > ../resources/npm-verdicts.ndjson
import { createHash, createHmac } from 'node:crypto';
import { AccessToken, WebhookReceiver } from 'livekit-server-sdk';

const KEY = 'devkey';
const SECRET = 'secretsecretsecretsecretsecretsecret';
const NOW = Date.parse('2026-11-21T10:00:00Z');
const BODY = '{"event":"room_started", "room":{"sid":"RM_1", "name":"caf\u00e9 \u05d0"}, "id":"EV_1", "createdAt":"1795255200"}';

let clock = NOW;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    given.length === 0 ? super(clock) : super(...given);
  }
  static now() {
    return clock;
  }
};

const url = (text) => Buffer.from(text).toString('base64url');
const digest = (body) => createHash('sha256').update(body).digest('base64');
const seconds = NOW / 1000;
const claims = (more) => ({ iss: KEY, exp: seconds + 300, nbf: seconds, iat: seconds, sha256: digest(BODY), ...more });

function signed(payload, { secret = SECRET, alg = 'HS256', hash = 'sha256', header = { alg, typ: 'JWT' } } = {}) {
  const text = `${url(JSON.stringify(header))}.${url(JSON.stringify(payload))}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

async function bySdk(ttl) {
  const token = new AccessToken(KEY, SECRET, { ttl });
  token.sha256 = digest(BODY);
  return token.toJwt();
}

const good = signed(claims({}));
const [head, payload, signature] = good.split('.');
const cases = [
  { name: 'made by the SDK', genuine: true, authorization: await bySdk('5m') },
  { name: 'made by the SDK, long-lived', genuine: true, authorization: await bySdk('6h') },
  { name: 'as the server signs', genuine: true, authorization: good },
  { name: 'another body', authorization: good, body: BODY + ' ' },
  { name: 'another digest', authorization: signed(claims({ sha256: digest('x') })) },
  { name: 'no digest', authorization: signed(claims({ sha256: undefined })) },
  { name: 'a digest without padding', authorization: signed(claims({ sha256: digest(BODY).replace(/=/g, '') })) },
  { name: 'a digest in hexadecimal', authorization: signed(claims({ sha256: createHash('sha256').update(BODY).digest('hex') })) },
  { name: 'another secret', authorization: signed(claims({}), { secret: 'guessed' }) },
  { name: 'another key', authorization: signed(claims({ iss: 'other' })) },
  { name: 'no key', authorization: signed(claims({ iss: undefined })) },
  { name: 'no expiry', authorization: signed(claims({ exp: undefined })) },
  { name: 'expired long ago', authorization: signed(claims({ exp: seconds - 3600 })) },
  { name: 'an expiry in words', authorization: signed(claims({ exp: 'tomorrow' })) },
  { name: 'valid in an hour', authorization: signed(claims({ nbf: seconds + 3600 })) },
  { name: 'a start in words', authorization: signed(claims({ nbf: 'now' })) },
  { name: 'alg none', authorization: `${url('{"alg":"none"}')}.${payload}.` },
  { name: 'alg none with a signature', authorization: `${url('{"alg":"none"}')}.${payload}.${signature}` },
  { name: 'alg RS256 over the secret', authorization: signed(claims({}), { alg: 'RS256' }) },
  { name: 'an extension to be understood', authorization: signed(claims({}), { header: { alg: 'HS256', crit: ['x'], x: 1 } }) },
  { name: 'a Bearer prefix', authorization: `Bearer ${good}` },
  { name: 'two parts', authorization: `${head}.${payload}` },
  { name: 'four parts', authorization: `${good}.x` },
  { name: 'a cut signature', authorization: good.slice(0, -4) },
  { name: 'nothing', authorization: '' },
];
for (const one of cases) {
  const body = one.body ?? BODY;
  let accepted = true;
  try {
    await new WebhookReceiver(KEY, SECRET).receive(body, one.authorization);
  } catch {
    accepted = false;
  }
  const line = { name: one.name, genuine: one.genuine ?? false, accepted, atMillis: NOW, authorization: one.authorization, body };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
