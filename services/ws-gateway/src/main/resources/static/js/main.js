/** Puts the parts together: connection → fold → view. */

import { follow } from './connection.js';
import { fromHash, toHash } from './filter.js';
import { apply, fromSnapshot, nothing, roomKeyOf } from './fold.js';
import { View } from './view.js';

let state = nothing();
const view = new View(state, fromHash(location.hash), (filter) => {
  const hash = toHash(filter);
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  view.filter(filter);
});
view.filter(fromHash(location.hash));
window.addEventListener('hashchange', () => view.filter(fromHash(location.hash)));

const connection = follow({
  Centrifuge: globalThis.Centrifuge,
  base: document.baseURI,
  onSnapshot(snapshot) {
    state = fromSnapshot(snapshot);
    view.replace(state);
  },
  onEvent(event) {
    const before = state.rooms.get(roomKeyOf(event))?.participants.get(event.identity);
    const change = apply(state, event);
    const room = state.rooms.get(change.roomKey);
    // The feed says names, and LiveKit does not repeat them with every event.
    view.show(change, {
      ...event,
      name: event.name || change.joined?.name || before?.name,
      agency: event.agency || before?.agency || room?.agency,
    });
  },
  onPhase: (phase, reason) => view.connection(phase, reason),
});

document.getElementById('retry').addEventListener('click', () => connection.retry());

// On a narrow screen rooms and events take turns.
for (const button of document.querySelectorAll('[data-show]')) {
  button.addEventListener('click', () => {
    document.body.dataset.view = button.dataset.show;
    for (const other of document.querySelectorAll('[data-show]')) {
      other.setAttribute('aria-pressed', String(other === button));
    }
  });
}

// The address behind the # belongs to the filter.
document.querySelector('[data-skip]').addEventListener('click', (click) => {
  click.preventDefault();
  document.getElementById('room-list').focus();
});
