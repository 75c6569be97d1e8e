/**
 * The page itself: draws what has changed, at most ten times a second and within a budget of time for each, so that a
 * thousand rooms and hundreds of events a second leave it usable. Names go into the page as text only, each set apart in its own direction.
 */

import { totals } from './fold.js';
import { agenciesOf, compareRooms, matchesEvent, matchesRoom, toHash } from './filter.js';
import { nameOf, originOf, signOf, titleOf, wordsOf } from './words.js';

const DRAW_EVERY_MS = 100;
const DRAW_BUDGET_MS = 8;
const FAREWELL_MS = 1600;
const PEOPLE_SHOWN = 8;
const EVENTS_SHOWN = 100;
const EVENTS_KEPT = 1000;
const ANNOUNCE_EVERY_MS = 10_000;
const SUMMARY_EVERY_MS = 400;

const PHASES = {
  connecting: 'Connecting',
  loading: 'Loading the rooms',
  live: 'Live',
  recovering: 'Recovering',
  lost: 'Connection lost',
  'signed-out': 'Signed out',
};

const KINDS = { SIP: 'phone', AGENT: 'agent', EGRESS: 'egress', INGRESS: 'ingress' };

const TRACKS = {
  MICROPHONE: ['microphone', 'Microphone'],
  CAMERA: ['camera', 'Camera'],
  SCREEN_SHARE: ['screen', 'Screen'],
  SCREEN_SHARE_AUDIO: ['other', 'Sound of the screen'],
};

const byId = (id) => document.getElementById(id);
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const timeWithSeconds = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const whole = new Intl.NumberFormat();

/** Draws a state that others change and tell it about. */
export class View {
  #state;
  #filter;
  /** Room keys in the order of the page. */
  #order = [];
  /** By room key; the people in it by participant sid. @type {Map<string, {element: HTMLElement, people: Map<string, HTMLElement>, all: boolean}>} */
  #cards = new Map();
  #dirty = new Set();
  /** Room keys and participant sids that came while somebody watched, and are not drawn yet. */
  #opened = new Set();
  #arrived = new Set();
  #events = [];
  #newEvents = [];
  #waiting = 0;
  #paused = false;
  #eventCount = 0;
  #isScheduled = false;
  #drawnAt = 0;
  #summaryDue = 0;
  #loaded = false;
  #phase = 'connecting';
  #tally = { opened: 0, closed: 0, joined: 0, left: 0 };

  constructor(state, filter, onFilter) {
    this.#state = state;
    this.#filter = filter;
    this.#wireFilter(onFilter);
    this.#wireEvents();
    setInterval(() => this.#announce(), ANNOUNCE_EVERY_MS);
  }

  /** Another state altogether: everything is drawn anew, and nothing of it counts as news. */
  replace(state) {
    this.#state = state;
    this.#loaded = true;
    this.#opened.clear();
    this.#arrived.clear();
    for (const key of [...this.#cards.keys()]) {
      if (!state.rooms.has(key)) {
        this.#removeCard(key, false);
      }
    }
    this.#sort();
    this.#touchAll();
  }

  /** Something has happened. */
  show(change, event) {
    if (change.closed) {
      this.#tally.closed++;
      this.#dirty.delete(change.roomKey);
      this.#removeCard(change.roomKey, true);
      this.#unplace(change.roomKey);
    } else if (this.#state.rooms.has(change.roomKey)) {
      if (change.opened) {
        this.#tally.opened++;
        this.#opened.add(change.roomKey);
        this.#removeCard(change.roomKey, false);
        this.#unplace(change.roomKey);
        this.#place(change.roomKey);
      }
      if (change.joined) {
        this.#tally.joined++;
        this.#arrived.add(change.joined.sid);
      }
      if (change.left) {
        this.#tally.left++;
      }
      this.#dirty.add(change.roomKey);
    }
    this.#eventCount++;
    this.#remember({ event });
    this.#schedule();
  }

  /** The connection is in another state. */
  connection(phase, reason) {
    byId('connection').dataset.phase = phase;
    byId('phase').textContent = PHASES[phase];
    byId('reason').textContent = reason;
    byId('retry').hidden = phase !== 'lost';
    if (phase !== this.#phase && this.#loaded) {
      const why = reason ? `: ${reason}` : '';
      if (phase === 'lost') {
        this.#remember({ note: `Connection lost${why}`, at: new Date() });
      } else if (phase === 'recovering' && this.#phase === 'live') {
        this.#remember({ note: `Connection interrupted${why}`, at: new Date() });
      } else if (phase === 'live' && this.#phase === 'recovering') {
        this.#remember({ note: 'Connected again', at: new Date() });
      }
    }
    this.#phase = phase;
    this.#schedule();
  }

  /** Another part of the rooms is asked for. */
  filter(filter) {
    const reordered = filter.order !== this.#filter.order;
    this.#filter = filter;
    byId('filter-clear').hidden = toHash(filter) === '';
    if (byId('filter-find').value !== filter.find) {
      byId('filter-find').value = filter.find;
    }
    byId('filter-order').value = filter.order;
    this.#agencies();
    if (reordered) {
      this.#sort();
    }
    this.#touchAll();
    this.#redrawEvents();
  }

  #touchAll() {
    for (const key of this.#order) {
      this.#dirty.add(key);
    }
    this.#summaryDue = 0;
    this.#schedule();
  }

  #schedule() {
    if (this.#isScheduled) {
      return;
    }
    this.#isScheduled = true;
    const frame = () => requestAnimationFrame((now) => this.#draw(now));
    const wait = this.#drawnAt + DRAW_EVERY_MS - performance.now();
    if (wait > 0) {
      setTimeout(frame, wait);
    } else {
      frame();
    }
  }

  #draw(now) {
    this.#isScheduled = false;
    this.#drawnAt = now;
    const until = performance.now() + DRAW_BUDGET_MS;
    for (const key of this.#dirty) {
      this.#dirty.delete(key);
      this.#drawRoom(key);
      if (performance.now() > until) {
        // More than fits, as after the snapshot: go on with the next frame.
        this.#drawnAt = 0;
        break;
      }
    }
    this.#drawEvents();
    const summaryWaits = now < this.#summaryDue;
    if (!summaryWaits) {
      this.#summaryDue = now + SUMMARY_EVERY_MS;
      this.#drawSummary();
    }
    if (this.#dirty.size || summaryWaits) {
      this.#schedule();
    }
  }

  // --- rooms -------------------------------------------------------------------------------------------------------

  #compare = (a, b) => compareRooms(this.#filter.order, this.#state.rooms.get(a), this.#state.rooms.get(b));

  #sort() {
    this.#order = [...this.#state.rooms.keys()].sort(this.#compare);
    const list = byId('room-list');
    for (const key of this.#order) {
      const card = this.#cards.get(key);
      if (card) {
        list.append(card.element);
      }
    }
  }

  #place(key) {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.#order[middle], key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#order.splice(low, 0, key);
  }

  #unplace(key) {
    const at = this.#order.indexOf(key);
    if (at >= 0) {
      this.#order.splice(at, 1);
    }
  }

  #drawRoom(key) {
    const room = this.#state.rooms.get(key);
    if (!room) {
      return;
    }
    const isShown = matchesRoom(this.#filter, room);
    let card = this.#cards.get(key);
    if (!card) {
      if (!isShown) {
        return;
      }
      card = this.#newCard(key);
    }
    const { element } = card;
    element.hidden = !isShown;
    if (!isShown) {
      return;
    }
    const name = element.querySelector('.room-name');
    setText(name, titleOf(room));
    name.title = titleOf(room);
    setText(element.querySelector('.room-people b'), whole.format(room.people));
    setText(element.querySelector('.room-people span'), room.people === 1 ? 'person' : 'people');
    const agency = element.querySelector('.agency');
    agency.hidden = !room.agency;
    setText(agency, room.agency);
    agency.title = room.agency;
    setTime(element.querySelector('.since'), room.openedAt, 'open since ', dayAndTime);
    this.#drawPeople(card, room);
  }

  #newCard(key) {
    const element = fromTemplate('room-template');
    const card = { element, people: new Map(), all: false };
    element.querySelector('.more').addEventListener('click', () => {
      card.all = !card.all;
      this.#dirty.add(key);
      this.#schedule();
    });
    this.#cards.set(key, card);
    // Behind it comes the next room that is drawn already.
    let next = this.#order.indexOf(key) + 1;
    while (next < this.#order.length && !this.#cards.has(this.#order[next])) {
      next++;
    }
    byId('room-list').insertBefore(element, this.#cards.get(this.#order[next])?.element ?? null);
    if (this.#opened.delete(key)) {
      element.classList.add('opened');
    }
    return card;
  }

  #removeCard(key, slowly) {
    const card = this.#cards.get(key);
    if (!card) {
      return;
    }
    this.#cards.delete(key);
    if (slowly) {
      farewell(card.element, 'closed');
    } else {
      card.element.remove();
    }
  }

  #drawPeople(card, room) {
    const list = card.element.querySelector('.people');
    const inRoom = [...room.participants.values()].sort(byArrival);
    const shown = card.all ? inRoom : inRoom.slice(0, PEOPLE_SHOWN);
    const wanted = new Set(shown.map((participant) => participant.sid));
    const present = new Set(inRoom.map((participant) => participant.sid));
    for (const [sid, row] of card.people) {
      if (!wanted.has(sid)) {
        card.people.delete(sid);
        if (present.has(sid)) {
          row.remove();
        } else {
          farewell(row, 'left');
        }
      }
    }
    let next = firstStaying(list.firstElementChild);
    for (const participant of shown) {
      let row = card.people.get(participant.sid);
      if (!row) {
        row = newPerson(participant);
        card.people.set(participant.sid, row);
        if (this.#arrived.delete(participant.sid)) {
          row.classList.add('joined');
        }
      }
      drawTracks(row, participant);
      if (row === next) {
        next = firstStaying(row.nextElementSibling);
      } else {
        list.insertBefore(row, next);
      }
    }
    const more = card.element.querySelector('.more');
    more.hidden = inRoom.length <= PEOPLE_SHOWN;
    more.setAttribute('aria-expanded', String(card.all));
    setText(more, card.all ? 'Show fewer' : `Show ${whole.format(inRoom.length - PEOPLE_SHOWN)} more`);
  }

  // --- events ------------------------------------------------------------------------------------------------------

  #remember(entry) {
    this.#events.push(entry);
    if (this.#events.length > EVENTS_KEPT) {
      this.#events.splice(0, this.#events.length - EVENTS_KEPT);
    }
    if (this.#isShown(entry)) {
      this.#newEvents.push(entry);
      if (this.#newEvents.length > EVENTS_SHOWN) {
        this.#newEvents.shift();
      }
      this.#waiting++;
    }
  }

  #isShown(entry) {
    return entry.note !== undefined || matchesEvent(this.#filter, entry.event);
  }

  #drawEvents() {
    if (this.#paused) {
      setText(byId('pause'), this.#waiting ? `Resume (${whole.format(this.#waiting)} new)` : 'Resume');
      return;
    }
    this.#waiting = 0;
    if (!this.#newEvents.length) {
      return;
    }
    const fresh = document.createDocumentFragment();
    for (const entry of this.#newEvents.reverse()) {
      fresh.append(newEvent(entry));
    }
    this.#newEvents = [];
    const list = byId('event-list');
    list.prepend(fresh);
    while (list.childElementCount > EVENTS_SHOWN) {
      list.lastElementChild.remove();
    }
    byId('events-empty').hidden = list.childElementCount > 0;
  }

  #redrawEvents() {
    byId('event-list').replaceChildren();
    this.#newEvents = this.#events.filter((entry) => this.#isShown(entry)).slice(-EVENTS_SHOWN);
    byId('events-empty').hidden = this.#newEvents.length > 0;
    this.#schedule();
  }

  #wireEvents() {
    byId('pause').addEventListener('click', (click) => {
      this.#paused = !this.#paused;
      click.currentTarget.setAttribute('aria-pressed', String(this.#paused));
      setText(click.currentTarget, this.#paused ? 'Resume' : 'Pause');
      this.#schedule();
    });
  }

  // --- what stands above -------------------------------------------------------------------------------------------

  #drawSummary() {
    if (!this.#loaded) {
      return;
    }
    const all = totals(this.#state);
    setText(byId('count-rooms'), whole.format(all.rooms));
    setText(byId('count-people'), whole.format(all.people));
    setText(byId('count-others'), whole.format(all.others));
    setText(byId('count-events'), whole.format(this.#eventCount));
    let shown = 0;
    for (const room of this.#state.rooms.values()) {
      if (matchesRoom(this.#filter, room)) {
        shown++;
      }
    }
    const isFiltered = this.#filter.find !== '' || this.#filter.agency !== '';
    setText(byId('shown'), isFiltered ? `${whole.format(shown)} of ${whole.format(all.rooms)}` : '');
    byId('empty').hidden = shown > 0;
    if (shown === 0) {
      setText(byId('empty-title'), all.rooms ? 'No open room fits the filter' : 'No room is open');
      setText(
        byId('empty-text'),
        all.rooms
          ? 'Rooms that fit appear here by themselves.'
          : 'Rooms appear here by themselves as LiveKit opens them. To see some move, run this beside the stack:',
      );
      byId('empty-command').hidden = all.rooms > 0;
    }
    this.#agencies();
  }

  #agencies() {
    const select = byId('filter-agency');
    if (document.activeElement === select) {
      // Not under somebody's hands.
      return;
    }
    const agencies = agenciesOf(this.#state);
    const chosen = this.#filter.agency;
    if (chosen && !agencies.has(chosen)) {
      agencies.set(chosen, 0);
    }
    const wanted = [...agencies].map(([agency, rooms]) => [agency, `${agency} (${whole.format(rooms)})`]);
    const drawn = [...select.options].slice(1);
    const isSame =
      drawn.length === wanted.length &&
      drawn.every((option, i) => option.value === wanted[i][0] && option.textContent === wanted[i][1]);
    if (!isSame) {
      select.replaceChildren(
        select.options[0],
        ...wanted.map(([agency, text]) => {
          const option = document.createElement('option');
          option.value = agency;
          option.textContent = text;
          return option;
        }),
      );
    }
    select.value = chosen;
  }

  #wireFilter(onFilter) {
    const read = () => ({
      find: byId('filter-find').value,
      agency: byId('filter-agency').value,
      order: byId('filter-order').value,
    });
    byId('filter').addEventListener('input', () => onFilter(read()));
    byId('filter').addEventListener('submit', (submit) => submit.preventDefault());
    byId('filter-clear').addEventListener('click', () => {
      onFilter({ ...read(), find: '', agency: '', order: 'newest' });
      byId('filter-find').focus();
    });
  }

  /** For those who listen: at most one sentence in ten seconds. */
  #announce() {
    const { opened, closed, joined, left } = this.#tally;
    this.#tally = { opened: 0, closed: 0, joined: 0, left: 0 };
    const said = [
      opened && `${opened} opened`,
      closed && `${closed} closed`,
      joined && `${joined} joined`,
      left && `${left} left`,
    ].filter(Boolean);
    if (said.length) {
      const { rooms, people } = totals(this.#state);
      byId('announcer').textContent = `${said.join(', ')}. ${rooms} rooms with ${people} people are open.`;
    }
  }
}

function byArrival(a, b) {
  if (a.joinedAt !== b.joinedAt) {
    return a.joinedAt < b.joinedAt ? 1 : -1;
  }
  return a.identity < b.identity ? -1 : 1;
}

function newPerson(participant) {
  const row = fromTemplate('person-template');
  const who = row.querySelector('.who');
  who.textContent = nameOf(participant);
  who.title = participant.identity;
  const kind = KINDS[participant.kind] ?? (participant.kind === 'STANDARD' ? '' : participant.kind.toLowerCase());
  const label = kind || (participant.person ? '' : 'hidden');
  row.querySelector('.kind').textContent = label;
  row.querySelector('.kind').hidden = !label;
  row.classList.toggle('nobody', !participant.person);
  setTime(row.querySelector('time'), participant.joinedAt, '', day);
  return row;
}

/** One sign for each sort of track, however many there are of it. */
function drawTracks(row, participant) {
  const list = row.querySelector('.tracks');
  const sorts = new Map();
  for (const track of participant.tracks.values()) {
    const [symbol, title] = TRACKS[track.source] ?? (track.kind === 'VIDEO' ? ['camera', 'Video'] : ['other', 'Audio']);
    sorts.set(title, symbol);
  }
  const signature = [...sorts.keys()].sort().join();
  if ((list.dataset.sorts ?? '') === signature) {
    return;
  }
  list.dataset.sorts = signature;
  list.replaceChildren(
    ...[...sorts].map(([title, symbol]) => {
      const icon = fromTemplate('track-template');
      icon.querySelector('title').textContent = title;
      icon.querySelector('use').setAttribute('href', `#track-${symbol}`);
      return icon;
    }),
  );
}

function newEvent(entry) {
  const row = fromTemplate('event-template');
  const words = row.querySelector('.words');
  if (entry.note !== undefined) {
    row.classList.add('note');
    setClock(row.querySelector('time'), entry.at);
    words.textContent = entry.note;
    return row;
  }
  const { event } = entry;
  row.dataset.type = event.type;
  setClock(row.querySelector('time'), new Date(event.occurredAt));
  row.querySelector('.sign').textContent = signOf(event);
  for (const part of wordsOf(event)) {
    words.append(typeof part === 'string' ? part : 'person' in part ? isolated(part.person, 'who') : roomLink(part.room, event));
  }
  const origin = originOf(event);
  if (origin) {
    const note = document.createElement('span');
    note.className = 'origin';
    note.textContent = origin;
    words.append(' ', note);
  }
  return row;
}

function isolated(name, className) {
  const element = document.createElement('bdi');
  element.className = className;
  element.textContent = name;
  return element;
}

function roomLink(title, event) {
  const link = document.createElement('a');
  link.href = `#${toHash({ find: event.roomName || event.roomSid, agency: '', order: 'newest' })}`;
  link.append(isolated(title, 'where'));
  return link;
}

function farewell(element, how) {
  element.classList.add(how);
  element.setAttribute('aria-hidden', 'true');
  setTimeout(() => element.remove(), FAREWELL_MS);
}

function firstStaying(element) {
  while (element?.classList.contains('left')) {
    element = element.nextElementSibling;
  }
  return element ?? null;
}

function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function setTime(element, iso, before, onAnotherDay) {
  const at = new Date(iso);
  if (!iso || Number.isNaN(at.getTime())) {
    element.textContent = '';
    return;
  }
  const isToday = at.toDateString() === new Date().toDateString();
  setText(element, before + (isToday ? timeOfDay : onAnotherDay).format(at));
  element.title = iso;
  if (element.tagName === 'TIME') {
    element.dateTime = iso;
  }
}

function setClock(element, at) {
  if (!Number.isNaN(at.getTime())) {
    element.textContent = timeWithSeconds.format(at);
    element.dateTime = at.toISOString();
    element.title = at.toISOString();
  }
}

function fromTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}
