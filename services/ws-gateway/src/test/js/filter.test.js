import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agenciesOf, compareRooms, fromHash, matchesEvent, matchesRoom, toHash } from './js/filter.js';
import { fromSnapshot } from './js/fold.js';

const state = fromSnapshot({
  rooms: [
    { roomKey: 'gate/7 "west"', roomName: 'gate/7 "west"', roomSid: 'RM_1', agency: 'METRO', openedAt: '2', participants: [{ identity: 'ada', name: 'Ada Ünal', agency: 'BUS' }] },
    { roomKey: 'RM_2', roomName: '', roomSid: 'RM_2', agency: '', openedAt: '3', participants: [] },
    { roomKey: 'alpha', roomName: 'Alpha', roomSid: 'RM_3', agency: 'METRO', openedAt: '1', participants: [] },
  ],
});
const shown = (filter) => [...state.rooms.values()].filter((room) => matchesRoom({ find: '', agency: '', order: 'newest', ...filter }, room)).map(({ key }) => key);

test('a filter survives the address, whatever the names hold', () => {
  for (const filter of [
    { find: '', agency: '', order: 'newest' },
    { find: 'a&b=c#d/e %20 "ü" اجتماع', agency: 'P&O +', order: 'name' },
  ]) {
    assert.deepEqual(fromHash(`#${toHash(filter)}`), filter);
  }
  assert.equal(toHash({ find: '', agency: '', order: 'newest' }), '');
  assert.equal(fromHash('#order=drop+table').order, 'newest');
});

test('rooms are found by name, by sid where they have none, by person and by agency', () => {
  assert.deepEqual(shown({ find: '/7 "W' }), ['gate/7 "west"']);
  assert.deepEqual(shown({ find: 'rm_2' }), ['RM_2']);
  assert.deepEqual(shown({ find: 'ünal' }), ['gate/7 "west"']);
  assert.deepEqual(shown({ agency: 'METRO' }), ['gate/7 "west"', 'alpha']);
  assert.deepEqual(shown({ agency: 'BUS' }), ['gate/7 "west"']);
  assert.deepEqual(shown({ agency: 'TRAM' }), []);
});

test('events are found likewise', () => {
  const event = { roomName: 'Alpha', roomSid: 'RM_3', identity: 'ada', agency: 'METRO' };
  assert.equal(matchesEvent({ find: 'alp', agency: 'METRO' }, event), true);
  assert.equal(matchesEvent({ find: 'RM_3', agency: '' }, event), false);
  assert.equal(matchesEvent({ find: '', agency: 'BUS' }, event), false);
});

test('rooms stand newest first or by name, always in one order', () => {
  const order = (by) => [...state.rooms.values()].sort((a, b) => compareRooms(by, a, b)).map(({ key }) => key);
  assert.deepEqual(order('newest'), ['RM_2', 'gate/7 "west"', 'alpha']);
  assert.deepEqual(order('name'), ['alpha', 'gate/7 "west"', 'RM_2']);
});

test('numbers in names count as numbers', () => {
  const named = (name) => ({ key: name, name, sid: '', openedAt: '' });
  const names = ['gate 10', 'Gate 9', 'gate 9b'].map(named).sort((a, b) => compareRooms('name', a, b)).map(({ name }) => name);
  assert.deepEqual(names, ['Gate 9', 'gate 9b', 'gate 10']);
});

test('agencies are those of open rooms and of people in them', () => {
  assert.deepEqual([...agenciesOf(state)], [['BUS', 1], ['METRO', 2]]);
});
