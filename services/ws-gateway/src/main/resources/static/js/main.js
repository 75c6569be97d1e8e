/** Puts the parts together: sign-in → connection → fold → view. */

import { follow } from './connection.js';
import { fromHash, toHash } from './filter.js';
import { apply, fromSnapshot, nothing, roomKeyOf } from './fold.js';
import { nameIn, Session, storageOf } from './session.js';
import { askForToken, showSignedIn } from './sign-in.js';
import { pageOf, Streams } from './streams.js';
import { View } from './view.js';

let state = nothing();
const view = new View(state, fromHash(location.hash), (filter) => {
  const hash = toHash(filter);
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  view.filter(filter);
});
const streams = new Streams();
showWhatIsAskedFor();
window.addEventListener('hashchange', showWhatIsAskedFor);

const ASK_AGAIN_MS = 2000;
const session = new Session(storageOf(window));
begin();

function showWhatIsAskedFor() {
  streams.show(location.hash);
  if (pageOf(location.hash).page === 'rooms') {
    view.filter(fromHash(location.hash));
  }
}

/** Rooms at once where nobody is asked who they are, or where somebody is signed in already. */
async function begin() {
  const how = await howOneSignsIn();
  if (!how.required) {
    start('');
  } else if (session.token) {
    startAs(session.token);
  } else {
    view.connection('signed-out', '');
    askForToken(how, session.reason, (token) => {
      session.begin(token);
      startAs(token);
    });
  }
}

async function howOneSignsIn() {
  for (;;) {
    try {
      const response = await fetch(new URL('dashboard/sign-in', document.baseURI), { cache: 'no-store' });
      if (response.ok) {
        return await response.json();
      }
      view.connection('connecting', `the gateway answers ${response.status}`);
    } catch {
      view.connection('connecting', 'the gateway does not answer');
    }
    await new Promise((wake) => setTimeout(wake, ASK_AGAIN_MS));
  }
}

function startAs(token) {
  showSignedIn(nameIn(token), () => signOut(''));
  start(token);
}

function signOut(reason) {
  session.end(reason);
  // Nothing of what was seen stays behind.
  location.reload();
}

function start(token) {
  const connection = follow({
    Centrifuge: globalThis.Centrifuge,
    base: document.baseURI,
    token,
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
    onClient: (client) => streams.follow(client, { base: document.baseURI, token }),
    onPhase: (phase, reason) => view.connection(phase, reason),
    onRefused: signOut,
  });
  document.getElementById('retry').onclick = () => connection.retry();
}

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
