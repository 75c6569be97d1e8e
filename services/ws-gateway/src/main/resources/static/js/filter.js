/**
 * Which rooms to show. Lives in the address behind the `#`, so that a view can be kept and handed on. Pure.
 *
 * @typedef {{find: string, agency: string, order: 'newest' | 'name'}} Filter
 */

/** As people look names up: gate 9 before gate 10, whatever the case. */
const byName = new Intl.Collator(undefined, { numeric: true });

/** @returns {Filter} */
export function fromHash(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  return {
    find: parameters.get('room') ?? '',
    agency: parameters.get('agency') ?? '',
    order: parameters.get('order') === 'name' ? 'name' : 'newest',
  };
}

/** @param {Filter} filter @returns {string} what stands behind the `#`, empty when everything is shown */
export function toHash(filter) {
  const parameters = new URLSearchParams();
  if (filter.find) {
    parameters.set('room', filter.find);
  }
  if (filter.agency) {
    parameters.set('agency', filter.agency);
  }
  if (filter.order !== 'newest') {
    parameters.set('order', filter.order);
  }
  return parameters.toString();
}

/** Whether a room, or somebody in it, is what the filter asks for. */
export function matchesRoom(filter, room) {
  return matchesAgency(filter, room) && matchesText(filter, room);
}

/** Whether an event is of a room or a person that the filter asks for. */
export function matchesEvent(filter, event) {
  if (filter.agency && event.agency !== filter.agency) {
    return false;
  }
  const text = fold(filter.find);
  return (
    !text ||
    [event.roomName, event.roomName ? '' : event.roomSid, event.name, event.identity].some((name) =>
      fold(name).includes(text),
    )
  );
}

/** The order of two rooms on the page: below zero when the first comes first. */
export function compareRooms(order, a, b) {
  const first =
    order === 'name'
      ? byName.compare(a.name || a.sid, b.name || b.sid)
      : compareText(b.openedAt, a.openedAt);
  return first || compareText(a.key, b.key);
}

/** @returns {Map<string, number>} the agencies of the open rooms, each with the number of its rooms, by name */
export function agenciesOf(state) {
  const counts = new Map();
  for (const room of state.rooms.values()) {
    const ofRoom = new Set([room.agency]);
    for (const participant of room.participants.values()) {
      ofRoom.add(participant.agency);
    }
    ofRoom.delete('');
    for (const agency of ofRoom) {
      counts.set(agency, (counts.get(agency) ?? 0) + 1);
    }
  }
  return new Map([...counts].sort(([a], [b]) => compareText(a, b)));
}

function matchesAgency({ agency }, room) {
  return !agency || room.agency === agency || some(room, (participant) => participant.agency === agency);
}

function matchesText({ find }, room) {
  const text = fold(find);
  return (
    !text ||
    fold(room.name || room.sid).includes(text) ||
    some(room, ({ name, identity }) => fold(name).includes(text) || fold(identity).includes(text))
  );
}

function some(room, test) {
  for (const participant of room.participants.values()) {
    if (test(participant)) {
      return true;
    }
  }
  return false;
}

function compareText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fold(text) {
  return (text ?? '').normalize('NFKC').toLowerCase();
}
