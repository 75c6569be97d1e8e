/**
 * What is going on now: a snapshot, folded with the events behind it. Pure: no page, no clock, no network.
 *
 * The snapshot comes from views that may already be some events ahead of its position on `rooms:*`, each view by a
 * different amount. So every event must do no harm when it is applied to a state that has already seen it, as long as
 * all the later ones follow: presence is decided by the last event of a participant sid, tracks are sets of sids, and
 * the number of people is the one that the event names, never one more or one less.
 *
 * @typedef {{sid: string, kind: string, source: string}} Track
 * @typedef {{identity: string, name: string, sid: string, roomSid: string, kind: string, person: boolean,
 *     agency: string, joinedAt: string, tracks: Map<string, Track>}} Participant
 * @typedef {{key: string, name: string, sid: string, agency: string, people: number, openedAt: string,
 *     participants: Map<string, Participant>}} Room
 * @typedef {{rooms: Map<string, Room>}} State
 * @typedef {{roomKey: string, opened: boolean, closed: boolean, joined: ?Participant, left: ?Participant,
 *     replaced: ?Participant}} Change what a reader who watches wants to see happen
 */

/** Those who are connected and are nobody: LiveKit's own machinery. */
const MACHINES = new Set(['EGRESS', 'INGRESS', 'AGENT']);

/** @returns {State} */
export function nothing() {
  return { rooms: new Map() };
}

/** @returns {State} the state that `GET dashboard/snapshot` tells */
export function fromSnapshot(snapshot) {
  const state = nothing();
  for (const told of snapshot.rooms ?? []) {
    const room = newRoom(told.roomKey, told);
    room.people = told.people ?? 0;
    room.openedAt = told.openedAt ?? '';
    for (const participant of told.participants ?? []) {
      room.participants.set(participant.identity, newParticipant(participant, room.sid));
    }
    state.rooms.set(room.key, room);
  }
  return state;
}

/** The key of the room that an event is about: its name, or its sid where it has none. */
export function roomKeyOf(event) {
  return event.roomKey || event.roomName || event.roomSid || '';
}

/**
 * Applies one event in place.
 *
 * @param {State} state
 * @param event the data of a publication on `rooms:*`
 * @returns {Change}
 */
export function apply(state, event) {
  const change = { roomKey: roomKeyOf(event), opened: false, closed: false, joined: null, left: null, replaced: null };
  if (!change.roomKey) {
    return change;
  }
  switch (event.type) {
    case 'room_opened':
      roomOpened(state, event, change);
      break;
    case 'room_closed':
      roomClosed(state, event, change);
      break;
    case 'participant_joined':
      participantJoined(state, event, change);
      break;
    case 'participant_left':
      participantLeft(state, event, change);
      break;
    case 'track_published':
      participantOf(state, event)?.tracks.set(event.trackSid, newTrack(event));
      break;
    case 'track_unpublished':
      participantOf(state, event)?.tracks.delete(event.trackSid);
      break;
    default:
      // connection_aborted and corrected change nobody's presence; nor does a kind that came after this page.
      break;
  }
  const room = state.rooms.get(change.roomKey);
  if (room && isOf(room, event)) {
    room.people = event.people ?? room.people;
  }
  return change;
}

/** @returns {{rooms: number, people: number, others: number}} what is open now, and who is in it */
export function totals(state) {
  let people = 0;
  let connected = 0;
  for (const room of state.rooms.values()) {
    people += room.people;
    connected += room.participants.size;
  }
  return { rooms: state.rooms.size, people, others: Math.max(0, connected - people) };
}

function roomOpened(state, event, change) {
  const known = state.rooms.get(change.roomKey);
  if (known && known.sid === event.roomSid) {
    known.openedAt = known.openedAt || event.occurredAt;
    known.agency = known.agency || (event.agency ?? '');
    return;
  }
  const room = newRoom(change.roomKey, event);
  room.openedAt = event.occurredAt;
  // Somebody of this very session may have been told of before the room was.
  for (const participant of known?.participants.values() ?? []) {
    if (participant.roomSid === room.sid) {
      room.participants.set(participant.identity, participant);
    }
  }
  state.rooms.set(room.key, room);
  change.opened = true;
}

function roomClosed(state, event, change) {
  const room = state.rooms.get(change.roomKey);
  if (!room) {
    return;
  }
  if (isOf(room, event)) {
    state.rooms.delete(change.roomKey);
    change.closed = true;
    return;
  }
  for (const participant of [...room.participants.values()]) {
    if (participant.roomSid === event.roomSid) {
      room.participants.delete(participant.identity);
    }
  }
}

function participantJoined(state, event, change) {
  let room = state.rooms.get(change.roomKey);
  if (!room) {
    // The agency is the participant's here; the room's own comes with its opening.
    room = newRoom(change.roomKey, { ...event, agency: '' });
    state.rooms.set(room.key, room);
    change.opened = true;
  }
  const before = room.participants.get(event.identity);
  if (before && before.sid === event.participantSid) {
    return;
  }
  const joined = newParticipant({ ...event, joinedAt: event.joinedAt ?? event.occurredAt, tracks: [] }, event.roomSid);
  room.participants.set(joined.identity, joined);
  change.joined = joined;
  change.replaced = before ?? null;
}

function participantLeft(state, event, change) {
  const room = state.rooms.get(change.roomKey);
  const participant = room?.participants.get(event.identity);
  // Never by identity alone: it may already be theirs again, in a later session.
  if (participant && participant.sid === event.participantSid) {
    room.participants.delete(event.identity);
    change.left = participant;
  }
}

function participantOf(state, event) {
  const participant = state.rooms.get(roomKeyOf(event))?.participants.get(event.identity);
  return participant && participant.sid === event.participantSid ? participant : undefined;
}

function isOf(room, event) {
  return !event.roomSid || !room.sid || room.sid === event.roomSid;
}

/** @returns {Room} */
function newRoom(key, told) {
  return {
    key,
    name: told.roomName ?? '',
    sid: told.roomSid ?? '',
    agency: told.agency ?? '',
    people: 0,
    openedAt: '',
    participants: new Map(),
  };
}

/** @returns {Participant} */
function newParticipant(told, roomSid) {
  const kind = told.kind || 'STANDARD';
  return {
    identity: told.identity,
    name: told.name ?? '',
    sid: told.participantSid ?? '',
    roomSid: roomSid ?? '',
    kind,
    person: told.person ?? (!told.hidden && !MACHINES.has(kind)),
    agency: told.agency ?? '',
    joinedAt: told.joinedAt ?? '',
    tracks: new Map((told.tracks ?? []).map((track) => [track.trackSid, newTrack(track)])),
  };
}

/** @returns {Track} */
function newTrack(told) {
  return {
    sid: told.trackSid,
    kind: told.trackKind ?? told.kind ?? 'AUDIO',
    source: told.trackSource ?? '',
  };
}
