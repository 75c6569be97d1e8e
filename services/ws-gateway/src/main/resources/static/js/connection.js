/**
 * Follows `rooms:*` with the stock SDK and says in which state the connection is.
 *
 * The SDK does the work: it asks for the snapshot and its position when it has none (getState), subscribes from there,
 * recovers after a break, and asks for the snapshot anew when the gateway says that the gap cannot be filled.
 */

const CHANNEL = 'rooms:*';

/** The SDK's own code for: there is no other token. */
const UNAUTHORIZED = 1;
const INVALID_TOKEN = 3500;
const PERMISSION_DENIED = 103;

/** @typedef {'connecting' | 'loading' | 'live' | 'recovering' | 'lost'} Phase */

/**
 * @param {object} options
 * @param {new (endpoint: string, options: object) => any} options.Centrifuge the stock SDK
 * @param {string} options.base the address that the page was served from
 * @param {string} options.token whose rooms are shown; empty where nobody is asked for one
 * @param {(snapshot: any) => void} options.onSnapshot replaces everything known before
 * @param {(event: any) => void} options.onEvent one room event, in order
 * @param {(client: any) => void} options.onClient the SDK's client, for other feeds beside this one
 * @param {(phase: Phase, reason: string) => void} options.onPhase
 * @param {(reason: import('./session.js').Reason) => void} options.onRefused the token does not do, or no longer
 * @returns {{retry: () => void}}
 */
export function follow({ Centrifuge, base, token, onSnapshot, onEvent, onClient, onPhase, onRefused }) {
  const endpoint = new URL('connection/websocket', base);
  endpoint.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = new Centrifuge(endpoint.href, {
    name: 'rollcall-page',
    maxReconnectDelay: 5000,
    ...(token && {
      token,
      // Asked for when the token has expired: only a person has another one.
      getToken: () => Promise.reject(new Centrifuge.UnauthorizedError('the token has expired')),
    }),
  });
  let hasBeenLive = false;
  let subscription = subscribe();

  const waiting = (first) => (hasBeenLive ? 'recovering' : first);

  client.on('connecting', (context) => onPhase(waiting('connecting'), reasonOf(context)));
  client.on('connected', () => onPhase(waiting('loading'), ''));
  client.on('disconnected', (context) => {
    onPhase('lost', reasonOf(context));
    if (context.code === UNAUTHORIZED) {
      onRefused('expired');
    } else if (context.code === INVALID_TOKEN) {
      onRefused('refused');
    }
  });
  client.on('error', (context) => {
    if (client.state === 'connecting') {
      onPhase(waiting('connecting'), errorOf(context));
    }
  });
  onClient(client);
  client.connect();

  return {
    /** What the button does: the SDK tries by itself for as long as trying makes sense. */
    retry() {
      if (subscription.state === 'unsubscribed') {
        subscription.subscribe();
      }
      client.connect();
    },
  };

  function subscribe() {
    const fresh = client.newSubscription(CHANNEL, { getState: loadSnapshot, maxResubscribeDelay: 5000 });
    fresh.on('subscribing', (context) => {
      if (client.state === 'connected') {
        onPhase(waiting('loading'), reasonOf(context));
      }
    });
    fresh.on('subscribed', (context) => {
      if (context.wasRecovering && !context.recovered) {
        // A gateway that answers so instead of refusing the position: what came in between is not known.
        startAnew();
        return;
      }
      hasBeenLive = true;
      onPhase('live', '');
    });
    fresh.on('publication', (context) => onEvent(context.data));
    fresh.on('error', (context) => onPhase(waiting('loading'), errorOf(context)));
    fresh.on('unsubscribed', (context) => {
      if (fresh === subscription) {
        onPhase('lost', reasonOf(context));
        if (context.code === PERMISSION_DENIED) {
          onRefused('forbidden');
        }
      }
    });
    fresh.subscribe();
    return fresh;
  }

  function startAnew() {
    const stale = subscription;
    subscription = null;
    stale.removeAllListeners();
    stale.unsubscribe();
    client.removeSubscription(stale);
    onPhase(waiting('loading'), 'what was missed is no longer kept: loading the rooms anew');
    subscription = subscribe();
  }

  async function loadSnapshot() {
    const response = await fetch(new URL('dashboard/snapshot', base), {
      cache: 'no-store',
      headers: { Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    });
    if (!response.ok) {
      throw new Error(`the rooms could not be loaded: HTTP ${response.status}`);
    }
    const snapshot = await response.json();
    onSnapshot(snapshot);
    return { offset: snapshot.offset, epoch: snapshot.epoch };
  }
}

/** The SDK's reason; none for what we asked for ourselves, which is its code 0. */
function reasonOf({ code, reason }) {
  return code ? `${reason} (${code})` : '';
}

function errorOf({ error }) {
  return error.code ? `${error.message} (${error.code})` : error.message;
}
