import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originOf, titleOf, wordsOf } from './js/words.js';

const say = (event) =>
  wordsOf({ roomName: 'stand-up', roomSid: 'RM_1', people: 2, ...event })
    .map((part) => (typeof part === 'string' ? part : (part.person ?? part.room)))
    .join('');

test('every kind of event is told in words', () => {
  assert.equal(say({ type: 'room_opened' }), 'stand-up opened');
  assert.equal(say({ type: 'room_closed', reason: 'NODE_LOST' }), 'stand-up was lost with its server');
  assert.equal(say({ type: 'participant_joined', identity: 'ada', people: 1 }), 'ada joined stand-up, 1 person now');
  assert.equal(say({ type: 'participant_left', identity: 'u1', name: 'Ada', reason: 'PARTICIPANT_REMOVED' }), 'Ada was removed from stand-up, 2 people now');
  assert.equal(say({ type: 'connection_aborted', identity: 'ada' }), 'ada tried to join stand-up and never connected');
  assert.equal(say({ type: 'track_published', identity: 'ada', trackSource: 'CAMERA' }), 'ada turned on the camera in stand-up');
  assert.equal(say({ type: 'track_unpublished', identity: 'ada' }), 'ada turned off a track in stand-up');
  assert.equal(say({ type: 'corrected', identity: 'ada' }), 'What was known of ada in stand-up was put right');
  assert.equal(say({ type: 'room_painted' }), 'stand-up: room painted');
});

test('a reason that came after this page is still a leaving', () => {
  assert.equal(say({ type: 'participant_left', identity: 'ada', reason: 'ABDUCTED' }), 'ada left stand-up, 2 people now');
});

test('what LiveKit did not say itself is marked', () => {
  assert.equal(originOf({ source: 'WEBHOOK' }), '');
  assert.equal(originOf({ source: 'WEBHOOK', inferred: true }), 'concluded from another event');
  assert.equal(originOf({ source: 'RECONCILER' }), 'found by asking LiveKit');
  assert.equal(originOf({ source: 'TIMER' }), 'concluded after a time-out');
});

test('names keep their script and cannot turn the text around them', () => {
  assert.equal(titleOf({ name: 'اجتماع\u200f الصباح' }), 'اجتماع\u200f الصباح');
  assert.equal(titleOf({ name: '\u202eevil\n' }), '\ufffdevil\ufffd');
  assert.equal(titleOf({ name: '<b>"a/b"</b>' }), '<b>"a/b"</b>');
  assert.equal(titleOf({ name: '', sid: 'RM_1', key: 'RM_1' }), 'RM_1');
});
