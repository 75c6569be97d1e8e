/** The page of agencies and cameras: the feed `stats`, and of a chosen agency its own feed and its last decisions. */

import { nothingYet, take, withDecisions } from './stats.js';
import { StatsView } from './stats-view.js';

const DECISIONS_KEPT = 100;
const PERMISSION_DENIED = 103;
const PAGES = { rooms: 'content', cameras: 'streams' };

/** What the address behind the `#` asks for. Pure. */
export function pageOf(hash) {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  return parameters.has('cameras')
    ? { page: 'cameras', source: parameters.get('source') ?? '' }
    : { page: 'rooms', source: '' };
}

/** Shows the page that the address asks for, from now on. */
export class Streams {
  #stats = nothingYet();
  #view = new StatsView(this.#stats, (source) => {
    const of = source ? `&${new URLSearchParams({ source })}` : '';
    history.replaceState(null, '', `#cameras${of}`);
    this.show(location.hash);
  });
  #client = null;
  #base = '';
  #token = '';
  #chosen = '';
  #feed = null;

  /** Another page, or another agency, is asked for. */
  show(hash) {
    const { page, source } = pageOf(hash);
    document.body.dataset.page = page;
    for (const [name, id] of Object.entries(PAGES)) {
      document.getElementById(id).hidden = name !== page;
    }
    for (const link of document.querySelectorAll('.pages a')) {
      if (link.dataset.page === page) {
        link.setAttribute('aria-current', 'page');
      } else {
        link.removeAttribute('aria-current');
      }
    }
    if (source !== this.#chosen) {
      this.#chosen = source;
      this.#view.choose(source);
      this.#followAgency();
    }
    this.#view.touch();
  }

  /** There is a connection. @param client of the SDK */
  follow(client, { base, token }) {
    this.#client = client;
    this.#base = base;
    this.#token = token;
    const feed = client.newSubscription('stats');
    feed.on('publication', ({ data }) => {
      take(this.#stats, data);
      this.#view.touch();
    });
    feed.on('unsubscribed', ({ code }) => {
      if (code === PERMISSION_DENIED) {
        this.#view.forbidden();
      }
    });
    feed.subscribe();
    this.#followAgency();
  }

  #followAgency() {
    if (!this.#client) {
      return;
    }
    if (this.#feed) {
      this.#feed.removeAllListeners();
      this.#feed.unsubscribe();
      this.#client.removeSubscription(this.#feed);
      this.#feed = null;
    }
    const source = this.#chosen;
    if (!source) {
      return;
    }
    let known = new Map();
    const learn = (more) => {
      known = withDecisions(known, more, DECISIONS_KEPT);
      this.#view.decisions(source, known);
    };
    this.#feed = this.#client.newSubscription(`agencies:${encodeURIComponent(source)}`);
    // The feed first, then what was before: nothing falls between the two.
    this.#feed.on('subscribed', async () => {
      const before = await this.#decisionsOf(source);
      if (before) {
        learn(before);
      }
    });
    this.#feed.on('publication', ({ data }) => {
      if (data.type === 'DECISION') {
        learn([data.data]);
      }
    });
    this.#feed.subscribe();
  }

  /** Null when they could not be had. */
  async #decisionsOf(source) {
    try {
      const address = new URL('dashboard/decisions', this.#base);
      address.searchParams.set('source', source);
      const response = await fetch(address, {
        cache: 'no-store',
        headers: { Accept: 'application/json', ...(this.#token && { Authorization: `Bearer ${this.#token}` }) },
      });
      return response.ok ? (await response.json()).decisions : null;
    } catch {
      // The connection says that the gateway is away, and asks again when it is back.
      return null;
    }
  }
}
