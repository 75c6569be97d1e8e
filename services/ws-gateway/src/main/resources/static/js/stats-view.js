/** Agencies, cameras, alerts and the decisions about one agency, drawn a few times a second. Names go in as text only. */

import { agenciesInOrder, camerasInOrder, decisionInWords, fillOf, levelOf } from './stats.js';
import { legible } from './words.js';

const DRAW_EVERY_MS = 200;
const CAMERAS_SHOWN = 200;
const ALERTS_SHOWN = 50;

const LEVELS = { calm: '', raised: '80 % or more', high: '95 % or more' };
const SIGNS = { GRANTED: '+', REFUSED: '×', ENDED: '−', LIMIT_CHANGED: '≡' };

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Draws what others change and tell it about. */
export class StatsView {
  #stats;
  #chosen = '';
  /** Null until they are known. */
  #decisions = null;
  #forbidden = false;
  #agencies = new Map();
  #isScheduled = false;
  #onChoose;

  /**
   * @param {import('./stats.js').Stats} stats
   * @param {(source: string) => void} onChoose an agency, or none (empty), is chosen
   */
  constructor(stats, onChoose) {
    this.#stats = stats;
    this.#onChoose = onChoose;
  }

  /** Something has changed. */
  touch() {
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setTimeout(() => requestAnimationFrame(() => this.#draw()), DRAW_EVERY_MS);
    }
  }

  /** The token does not reach them. */
  forbidden() {
    this.#forbidden = true;
    this.touch();
  }

  /** Decisions about this agency are shown. */
  choose(source) {
    this.#chosen = source;
    this.#decisions = null;
    this.touch();
  }

  /** @param {Map<number, object>} decisions newest first */
  decisions(source, decisions) {
    if (source === this.#chosen) {
      this.#decisions = decisions;
      this.touch();
    }
  }

  #draw() {
    this.#isScheduled = false;
    if (document.body.dataset.page !== 'cameras') {
      return;
    }
    const stats = this.#stats;
    setText(byId('count-streams'), stats.loaded ? whole.format(stats.streams) : '–');
    setText(byId('count-viewers'), stats.loaded ? whole.format(stats.viewers) : '–');
    setText(byId('count-agencies'), stats.loaded ? whole.format(stats.agencies.size) : '–');
    setText(byId('count-alerts'), whole.format(stats.alerts.length));
    this.#drawAgencies();
    this.#drawCameras();
    this.#drawAlerts();
    this.#drawDecisions();
  }

  #drawAgencies() {
    const stats = this.#stats;
    const list = byId('agency-list');
    const inOrder = agenciesInOrder(stats);
    const empty = byId('agencies-empty');
    empty.hidden = inOrder.length > 0;
    setText(
      empty,
      this.#forbidden
        ? 'Your token does not reach the statistics of all agencies: it lacks the scope “feeds”.'
        : stats.loaded
          ? 'No agency has a limit yet.'
          : 'Loading the agencies.',
    );
    for (const [source, item] of this.#agencies) {
      if (!stats.agencies.has(source)) {
        item.remove();
        this.#agencies.delete(source);
      }
    }
    inOrder.forEach((agency, index) => {
      const item = this.#agencies.get(agency.source) ?? this.#newAgency(agency.source);
      drawAgency(item, agency, agency.source === this.#chosen);
      // Moved only where it has to: who stays keeps the focus.
      if (list.children[index] !== item) {
        list.insertBefore(item, list.children[index] ?? null);
      }
    });
  }

  #newAgency(source) {
    const item = fromTemplate('agency-template');
    item.querySelector('button').addEventListener('click', () => {
      this.#onChoose(this.#chosen === source ? '' : source);
    });
    this.#agencies.set(source, item);
    return item;
  }

  #drawCameras() {
    const cameras = camerasInOrder(this.#stats, this.#chosen);
    const shown = cameras.slice(0, CAMERAS_SHOWN);
    setText(
      byId('cameras-shown'),
      cameras.length > shown.length ? `${whole.format(shown.length)} of ${whole.format(cameras.length)}` : '',
    );
    const empty = byId('cameras-empty');
    // Why there is nothing stands beside it already.
    empty.hidden = cameras.length > 0 || this.#forbidden;
    setText(empty, this.#stats.loaded ? 'No camera is reserved now.' : 'Loading the cameras.');
    replaceItems(byId('camera-list'), shown, 'camera-template', (item, camera) => {
      const name = item.querySelector('.camera-name');
      setText(name, legible(camera.name));
      name.title = camera.id;
      setText(item.querySelector('.agency'), legible(camera.source));
      const status = this.#stats.statuses.get(camera.id) ?? 'ONLINE';
      const badge = item.querySelector('.status');
      badge.hidden = status === 'ONLINE';
      badge.dataset.status = status;
      setText(badge, status.toLowerCase());
      setText(item.querySelector('.viewers b'), whole.format(camera.viewers));
      setText(item.querySelector('.viewers span'), camera.viewers === 1 ? 'viewer' : 'viewers');
      setClock(item.querySelector('time'), camera.since, 'since ');
    });
  }

  #drawAlerts() {
    const alerts = this.#stats.alerts
      .filter((alert) => !this.#chosen || !alert.source || alert.source === this.#chosen)
      .slice(0, ALERTS_SHOWN);
    byId('alerts-empty').hidden = alerts.length > 0;
    replaceItems(byId('alert-list'), alerts, 'alert-template', (item, alert) => {
      item.dataset.severity = alert.severity;
      item.dataset.type = alert.type;
      setText(item.querySelector('.severity'), alert.severity.toLowerCase());
      setText(item.querySelector('.words'), legible(alert.message));
      setClock(item.querySelector('time'), alert.at, '');
    });
  }

  #drawDecisions() {
    const section = byId('decisions');
    section.hidden = this.#chosen === '';
    if (this.#chosen === '') {
      return;
    }
    setText(byId('decisions-of'), legible(this.#chosen));
    const decisions = this.#decisions ? [...this.#decisions.values()] : [];
    const empty = byId('decisions-empty');
    empty.hidden = decisions.length > 0;
    setText(empty, this.#decisions ? 'Nothing was decided lately.' : 'Loading the decisions.');
    const nameOfCamera = (id) => this.#stats.cameras.get(id)?.name ?? id;
    replaceItems(byId('decision-list'), decisions, 'decision-template', (item, decision) => {
      item.dataset.outcome = decision.outcome;
      setClock(item.querySelector('time'), decision.at, '');
      setText(item.querySelector('.sign'), SIGNS[decision.outcome] ?? '·');
      setText(item.querySelector('.usage'), `${whole.format(decision.usage_after)}/${whole.format(decision.limit)}`);
      item.querySelector('.words').replaceChildren(
        ...decisionInWords(decision, nameOfCamera).map((part) =>
          typeof part === 'string' ? document.createTextNode(part) : isolated(legible(part.name)),
        ),
      );
    });
  }
}

function drawAgency(item, agency, isChosen) {
  const level = levelOf(agency);
  item.dataset.level = level;
  item.querySelector('button').setAttribute('aria-pressed', String(isChosen));
  const name = item.querySelector('.agency-name');
  setText(name, legible(agency.source));
  name.title = agency.source;
  setText(item.querySelector('.use b'), whole.format(agency.current));
  setText(item.querySelector('.use span'), `of ${whole.format(agency.limit)}`);
  const bar = item.querySelector('.bar');
  bar.setAttribute('aria-valuenow', String(agency.current));
  bar.setAttribute('aria-valuemax', String(Math.max(agency.limit, agency.current)));
  bar.setAttribute('aria-valuetext', `${whole.format(agency.current)} of ${whole.format(agency.limit)}`);
  bar.firstElementChild.style.inlineSize = `${fillOf(agency)}%`;
  const cameras = `${whole.format(agency.cameras)} ${agency.cameras === 1 ? 'camera' : 'cameras'}`;
  setText(item.querySelector('.facts'), `${percent.format(agency.percent)} % · ${cameras}`);
  setText(item.querySelector('.level'), LEVELS[level]);
}

/** Draws a list whose items are all alike: what is there is used again. */
function replaceItems(list, items, template, draw) {
  while (list.childElementCount > items.length) {
    list.lastElementChild.remove();
  }
  items.forEach((item, index) => {
    const element = list.children[index] ?? list.appendChild(fromTemplate(template));
    draw(element, item);
  });
}

function isolated(name) {
  const element = document.createElement('bdi');
  element.textContent = name;
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

function setClock(element, iso, before) {
  const at = new Date(iso);
  setText(element, Number.isNaN(at.getTime()) ? '' : before + clock.format(at));
  element.dateTime = iso ?? '';
  element.title = iso ?? '';
}

function fromTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}
