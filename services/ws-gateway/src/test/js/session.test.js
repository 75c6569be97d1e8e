import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nameIn, Session, storageOf, tokenIn } from './js/session.js';

const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
const tokenOf = (claims) => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln-_`;

test('a token is taken as people paste it', () => {
  const token = tokenOf({ sub: 'ann' });
  const [header, rest] = [token.slice(0, 20), token.slice(20)];
  for (const pasted of [token, ` ${token}\n`, `Bearer ${token}`, `Authorization: bearer ${token}`, `${header}\n  ${rest}`]) {
    assert.equal(tokenIn(pasted), token);
  }
});

test('what is no token is none', () => {
  for (const pasted of ['', ' ', 'Bearer', 'abc', 'a.b', 'a.b.', 'a.b.c.d', 'a.b.c?x=1', 'a.<b>.c']) {
    assert.equal(tokenIn(pasted), '');
  }
});

test('a token says whose it is, in any script', () => {
  assert.equal(nameIn(tokenOf({ sub: 'f81d-4fae', preferred_username: 'محمد 🚆' })), 'محمد 🚆');
  assert.equal(nameIn(tokenOf({ sub: 'ann' })), 'ann');
  assert.equal(nameIn(tokenOf({ sub: 7 })), '');
  assert.equal(nameIn('a.b.c'), '');
});

test('a session lasts until it is ended, and then says why', () => {
  const storage = storageOf({});
  const session = new Session(storage);
  assert.equal(session.token, '');
  assert.equal(session.reason, '');

  session.begin('a.b.c');
  assert.equal(new Session(storage).token, 'a.b.c');

  session.end('expired');
  assert.equal(session.token, '');
  assert.match(session.reason, /expired/);

  session.begin('a.b.c');
  assert.equal(session.reason, '');
  session.end('');
  assert.equal(session.reason, '');
});

test('a browser that grants no storage forgets with the page', () => {
  const storage = storageOf({
    get sessionStorage() {
      throw new Error('denied');
    },
  });
  storage.setItem('a', '1');
  assert.equal(storage.getItem('a'), '1');
  storage.removeItem('a');
  assert.equal(storage.getItem('a'), null);
});
