/**
 * The access token that the page shows to the gateway: kept for this tab until it is closed or the token does no longer,
 * and never part of an address.
 */

const TOKEN = 'rollcall.token';
const REASON = 'rollcall.signed-out-because';

/** Why somebody is signed out, as the connection says it. @typedef {'expired' | 'refused' | 'forbidden'} Reason */

const WORDS = {
  expired: 'Your token has expired. Sign in again with a new one.',
  refused: 'That token is not taken here: it is of another issuer, for another audience, or damaged.',
  forbidden: 'That token may not see the rooms: it lacks the scope “feeds”.',
};

/** What a person has pasted, without what often comes with it; empty when it is no token. */
export function tokenIn(pasted) {
  const token = pasted.replace(/^\s*(authorization\s*:)?\s*(bearer\s)?/i, '').replace(/\s+/g, '');
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : '';
}

/** Whose token it is, for people to read: nothing here is checked, that is the gateway's to do. */
export function nameIn(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    const name = claims.preferred_username ?? claims.name ?? claims.sub;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}

/** Who is signed in in this tab. */
export class Session {
  #storage;

  /** @param {Storage} storage sessionStorage, or something like it */
  constructor(storage) {
    this.#storage = storage;
  }

  /** The token; empty when nobody is signed in. */
  get token() {
    return this.#storage.getItem(TOKEN) ?? '';
  }

  begin(token) {
    this.#storage.removeItem(REASON);
    this.#storage.setItem(TOKEN, token);
  }

  /** @param {Reason | ''} reason why; none for whoever wanted it so */
  end(reason) {
    this.#storage.removeItem(TOKEN);
    this.#storage.setItem(REASON, reason);
  }

  /** Why the last one ended, in words. */
  get reason() {
    return WORDS[this.#storage.getItem(REASON)] ?? '';
  }
}

/** sessionStorage, or what forgets with the page where a browser grants none. */
export function storageOf(window) {
  try {
    window.sessionStorage.getItem(TOKEN);
    return window.sessionStorage;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}
