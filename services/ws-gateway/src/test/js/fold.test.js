import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apply, fromSnapshot, nothing, totals } from './js/fold.js';

const opened = (room, sid, more) => ({ type: 'room_opened', roomName: room, roomSid: sid, people: 0, occurredAt: '2026-11-25T10:00:00.000Z', ...more });
const closed = (room, sid) => ({ type: 'room_closed', roomName: room, roomSid: sid, people: 0 });
const joined = (room, sid, identity, participantSid, people, more) => ({
  type: 'participant_joined', roomName: room, roomSid: sid, identity, participantSid, people, occurredAt: '2026-11-25T10:00:01.000Z', ...more,
});
const left = (room, sid, identity, participantSid, people) => ({ type: 'participant_left', roomName: room, roomSid: sid, identity, participantSid, people });
const published = (room, sid, identity, participantSid, trackSid) => ({ type: 'track_published', roomName: room, roomSid: sid, identity, participantSid, trackSid, people: 1 });
const unpublished = (room, sid, identity, participantSid, trackSid) => ({ ...published(room, sid, identity, participantSid, trackSid), type: 'track_unpublished' });

function given(...events) {
  const state = nothing();
  events.forEach((event) => apply(state, event));
  return state;
}

test('a room is there from its opening to its closing', () => {
  const state = given(opened('a', 'RM_1', { agency: 'METRO' }));
  assert.deepEqual(totals(state), { rooms: 1, people: 0, others: 0 });
  assert.equal(state.rooms.get('a').agency, 'METRO');
  const change = apply(state, closed('a', 'RM_1'));
  assert.equal(change.closed, true);
  assert.equal(state.rooms.size, 0);
});

test('a room without a name goes by its sid', () => {
  const state = given(opened('', 'RM_1'), joined('', 'RM_1', 'ada', 'PA_1', 1));
  assert.deepEqual([...state.rooms.keys()], ['RM_1']);
  assert.equal(state.rooms.get('RM_1').participants.size, 1);
});

test('joining twice is joining once', () => {
  const state = given(opened('a', 'RM_1'), joined('a', 'RM_1', 'ada', 'PA_1', 1));
  const change = apply(state, joined('a', 'RM_1', 'ada', 'PA_1', 1));
  assert.equal(change.joined, null);
  assert.deepEqual(totals(state), { rooms: 1, people: 1, others: 0 });
});

test('a late leaving of an earlier session takes nobody away', () => {
  const state = given(opened('a', 'RM_1'), joined('a', 'RM_1', 'ada', 'PA_1', 1), joined('a', 'RM_1', 'ada', 'PA_2', 1));
  const change = apply(state, left('a', 'RM_1', 'ada', 'PA_1', 1));
  assert.equal(change.left, null);
  assert.equal(state.rooms.get('a').participants.get('ada').sid, 'PA_2');
});

test('the closing of an earlier session of the room leaves the later one open', () => {
  const state = given(opened('a', 'RM_1'), joined('a', 'RM_1', 'ada', 'PA_1', 1), opened('a', 'RM_2'), joined('a', 'RM_2', 'bob', 'PA_2', 1));
  apply(state, closed('a', 'RM_1'));
  assert.deepEqual([...state.rooms.get('a').participants.keys()], ['bob']);
  assert.equal(state.rooms.get('a').people, 1);
});

test('agents, egress, ingress and hidden ones are there and are nobody', () => {
  const state = given(
    opened('a', 'RM_1'),
    joined('a', 'RM_1', 'ada', 'PA_1', 1),
    joined('a', 'RM_1', 'phone', 'PA_2', 2, { kind: 'SIP' }),
    joined('a', 'RM_1', 'bot', 'PA_3', 2, { kind: 'AGENT' }),
    joined('a', 'RM_1', 'recorder', 'PA_4', 2, { kind: 'EGRESS' }),
    joined('a', 'RM_1', 'ghost', 'PA_5', 2, { hidden: true }),
  );
  const people = [...state.rooms.get('a').participants.values()].filter(({ person }) => person).map(({ identity }) => identity);
  assert.deepEqual(people, ['ada', 'phone']);
  assert.deepEqual(totals(state), { rooms: 1, people: 2, others: 3 });
});

test('tracks are a set', () => {
  const state = given(opened('a', 'RM_1'), joined('a', 'RM_1', 'ada', 'PA_1', 1), published('a', 'RM_1', 'ada', 'PA_1', 'TR_1'));
  apply(state, published('a', 'RM_1', 'ada', 'PA_1', 'TR_1'));
  apply(state, published('a', 'RM_1', 'ada', 'PA_1', 'TR_2'));
  apply(state, unpublished('a', 'RM_1', 'ada', 'PA_1', 'TR_1'));
  assert.deepEqual([...state.rooms.get('a').participants.get('ada').tracks.keys()], ['TR_2']);
});

test('an event of a kind that came later, or of nothing, does no harm', () => {
  const state = given(opened('a', 'RM_1'));
  apply(state, { type: 'room_painted', roomName: 'a', roomSid: 'RM_1', people: 7 });
  apply(state, { type: 'corrected', roomName: 'gone', roomSid: 'RM_9', people: 3 });
  apply(state, {});
  assert.deepEqual(totals(state), { rooms: 1, people: 7, others: 0 });
});

// The promise on which the page rests: wherever each of the gateway's views stood when the snapshot was made, the events
// behind the snapshot's position end in what all events end in.
test('a snapshot of views at different places, and the events behind it, end in the truth', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = generator(seed);
    const log = history(random, 120);
    const position = Math.floor(random() * log.length);
    const state = fromSnapshot(snapshotOf(log, position, random));
    log.slice(position).forEach((event) => apply(state, event));
    assert.deepEqual(plain(state), plain(given(...log)), `seed ${seed}`);
  }
});

/** Each room and each participant as some log position at or behind `position` left it. */
function snapshotOf(log, position, random) {
  const at = () => given(...log.slice(0, position + Math.floor(random() * (log.length - position + 1))));
  const rooms = [];
  const identities = ['ada', 'bob', 'eve'];
  for (const key of ['a', 'b', 'c']) {
    const room = at().rooms.get(key);
    if (!room) {
      continue;
    }
    const participants = identities
      .map((identity) => at().rooms.get(key)?.participants.get(identity))
      .filter(Boolean)
      .map((participant) => ({ ...participant, participantSid: participant.sid, tracks: [...participant.tracks.values()].map(({ sid, kind, source }) => ({ trackSid: sid, kind, trackSource: source })) }));
    rooms.push({ roomKey: key, roomName: room.name, roomSid: room.sid, agency: room.agency, people: room.people, openedAt: room.openedAt, participants });
  }
  return { epoch: 'e', offset: position, rooms };
}

/** A history as presence-history tells it: everybody leaves before a room closes, one session of an identity at a time. */
function history(random, length) {
  const log = [];
  const open = new Map();
  let sids = 0;
  const pick = (list) => list[Math.floor(random() * list.length)];
  const leave = (key, room, identity) => {
    const { sid } = room.people.get(identity);
    room.people.delete(identity);
    log.push(left(key, room.sid, identity, sid, room.people.size));
  };
  while (log.length < length) {
    const key = pick(['a', 'b', 'c']);
    const room = open.get(key);
    const identity = pick(['ada', 'bob', 'eve']);
    if (!room) {
      open.set(key, { sid: `RM_${++sids}`, people: new Map() });
      log.push(opened(key, `RM_${sids}`));
    } else if (random() < 0.12) {
      [...room.people.keys()].forEach((each) => leave(key, room, each));
      log.push(closed(key, room.sid));
      open.delete(key);
    } else if (!room.people.has(identity)) {
      room.people.set(identity, { sid: `PA_${++sids}`, tracks: [] });
      log.push(joined(key, room.sid, identity, `PA_${sids}`, room.people.size));
    } else if (random() < 0.4) {
      leave(key, room, identity);
    } else {
      const person = room.people.get(identity);
      const people = room.people.size;
      if (person.tracks.length && random() < 0.5) {
        log.push({ ...unpublished(key, room.sid, identity, person.sid, person.tracks.pop()), people });
      } else {
        person.tracks.push(`TR_${++sids}`);
        log.push({ ...published(key, room.sid, identity, person.sid, `TR_${sids}`), people });
      }
    }
  }
  return log;
}

function plain(state) {
  return [...state.rooms.values()]
    .map((room) => ({
      ...room,
      participants: [...room.participants.values()]
        .map((participant) => ({ ...participant, tracks: [...participant.tracks.keys()].sort() }))
        .sort((a, b) => (a.identity < b.identity ? -1 : 1)),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** mulberry32 */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
