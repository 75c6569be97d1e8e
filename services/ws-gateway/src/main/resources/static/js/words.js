/**
 * An event in words. Pure.
 *
 * Names from LiveKit hold anything, so a sentence is a list of parts: plain text of ours, and names that the page sets
 * apart from it.
 *
 * @typedef {string | {person: string} | {room: string}} Part
 */

import { roomKeyOf } from './fold.js';

/** LiveKit's words for why somebody left, said so that they follow a name. */
const LEFT = {
  CLIENT_INITIATED: 'left',
  DUPLICATE_IDENTITY: 'was replaced by a newer connection in',
  SERVER_SHUTDOWN: 'lost their server in',
  PARTICIPANT_REMOVED: 'was removed from',
  ROOM_DELETED: 'left with the deletion of',
  ROOM_CLOSED: 'left with the end of',
  STATE_MISMATCH: 'fell out of',
  JOIN_FAILURE: 'failed to join',
  MIGRATION: 'moved to another server in',
  SIGNAL_CLOSE: 'lost the connection to',
  CONNECTION_TIMEOUT: 'lost the connection to',
  MEDIA_FAILURE: 'lost the media of',
  NODE_LOST: 'was lost with the server of',
};

const CLOSED = {
  ROOM_FINISHED: 'closed',
  NODE_LOST: 'was lost with its server',
};

/** Tracks by their source: what a person would say. */
const SOURCES = {
  CAMERA: 'the camera',
  MICROPHONE: 'the microphone',
  SCREEN_SHARE: 'the screen',
  SCREEN_SHARE_AUDIO: 'the sound of the screen',
};

/** The symbol of an event: also told by the words, so it is decoration. */
const SIGNS = {
  room_opened: '+',
  room_closed: '×',
  participant_joined: '→',
  participant_left: '←',
  connection_aborted: '!',
  track_published: '•',
  track_unpublished: '◦',
  corrected: '✎',
};

/** @returns {string} */
export function signOf(event) {
  return SIGNS[event.type] ?? '·';
}

/** @returns {Part[]} */
export function wordsOf(event) {
  const room = { room: titleOf({ name: event.roomName, sid: event.roomSid, key: roomKeyOf(event) }) };
  const person = { person: nameOf(event) };
  switch (event.type) {
    case 'room_opened':
      return [room, ' opened'];
    case 'room_closed':
      return [room, ` ${CLOSED[event.reason] ?? 'closed'}`];
    case 'participant_joined':
      return [person, ' joined ', room, people(event)];
    case 'participant_left':
      return [person, ` ${LEFT[event.reason] ?? 'left'} `, room, people(event)];
    case 'connection_aborted':
      return [person, ' tried to join ', room, ' and never connected'];
    case 'track_published':
      return [person, ` turned on ${track(event)} in `, room];
    case 'track_unpublished':
      return [person, ` turned off ${track(event)} in `, room];
    case 'corrected':
      return event.identity
        ? ['What was known of ', person, ' in ', room, ' was put right']
        : ['What was known of ', room, ' was put right'];
    default:
      return [room, `: ${String(event.type).replaceAll('_', ' ')}`];
  }
}

/** How an event came to be known when LiveKit did not just say so; empty when it did. */
export function originOf(event) {
  switch (event.source) {
    case 'RECONCILER':
      return 'found by asking LiveKit';
    case 'TIMER':
      return 'concluded after a time-out';
    default:
      return event.inferred ? 'concluded from another event' : '';
  }
}

/** A room without a name goes by its sid. */
export function titleOf(room) {
  return legible(room.name || room.sid || room.key);
}

/** What a person is called: their name, or else their identity. */
export function nameOf({ name, identity }) {
  return legible(name || identity || 'Somebody');
}

/**
 * A name as a page may show it. Marks of direction stay, and so does any script; characters that turn the text behind
 * them around, or that are no characters, would make a name look like another, so they are shown as what they are.
 */
export function legible(name) {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

function track(event) {
  return SOURCES[event.trackSource] ?? (event.trackKind === 'VIDEO' ? 'a video track' : 'a track');
}

function people(event) {
  const count = event.people ?? 0;
  return count === 1 ? ', 1 person now' : `, ${count} people now`;
}
