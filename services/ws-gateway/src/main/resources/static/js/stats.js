/**
 * The streams of cameras as the feed `stats` tells them. Pure.
 *
 * @typedef {{source: string, current: number, limit: number, percent: number, cameras: number}} Agency
 * @typedef {{id: string, name: string, source: string, viewers: number, since: string}} Camera
 * @typedef {{type: string, severity: string, source: string, message: string, at: string}} Alert
 * @typedef {{loaded: boolean, streams: number, viewers: number, agencies: Map<string, Agency>,
 *   cameras: Map<string, Camera>, statuses: Map<string, string>, alerts: Alert[]}} Stats
 */

const ALERTS_KEPT = 200;
const RAISED = 80;
const HIGH = 95;

/** @returns {Stats} */
export function nothingYet() {
  return {
    loaded: false,
    streams: 0,
    viewers: 0,
    agencies: new Map(),
    cameras: new Map(),
    statuses: new Map(),
    alerts: [],
  };
}

/**
 * Takes one message of the feed in place.
 *
 * @param {Stats} stats
 * @param {{type: string, data: any, timestamp: string}} message
 */
export function take(stats, { type, data, timestamp }) {
  switch (type) {
    case 'STREAM_STATS':
      document(stats, data);
      break;
    case 'AGENCY_LIMIT_UPDATE': {
      const known = stats.agencies.get(data.source);
      // How many cameras is told with the next document; each of them has a reservation.
      stats.agencies.set(data.source, { ...agency(data), cameras: Math.min(known?.cameras ?? 0, data.current) });
      stats.streams = sum(stats.agencies);
      break;
    }
    case 'CAMERA_STATUSES':
      // At the start and after a break: how cameras were before is not so any more.
      stats.statuses = new Map(data.cameras.map((told) => [told.camera_id, told.status]));
      break;
    case 'CAMERA_STATUS':
      stats.statuses.set(data.camera_id, data.status);
      break;
    case 'ALERT':
      stats.alerts.unshift({
        type: data.alert_type,
        severity: data.severity,
        source: data.source ?? '',
        message: data.message,
        at: timestamp,
      });
      stats.alerts.length = Math.min(stats.alerts.length, ALERTS_KEPT);
      break;
    default:
      // A kind that came after this page.
      break;
  }
}

/** Agencies in the order of the page: who is nearest to its limit comes first. */
export function agenciesInOrder(stats) {
  return [...stats.agencies.values()].sort((a, b) => b.percent - a.percent || compare(a.source, b.source));
}

/** Cameras in the order of the page: the most watched first. @param {string} source whose; empty: all */
export function camerasInOrder(stats, source) {
  return [...stats.cameras.values()]
    .filter((camera) => !source || camera.source === source)
    .sort((a, b) => b.viewers - a.viewers || compare(a.name, b.name) || compare(a.id, b.id));
}

/** How near to its limit an agency is: to the slot, as the gateway's alerts have it. */
export function levelOf({ current, limit }) {
  if (limit > 0 && current * 100 >= HIGH * limit) {
    return 'high';
  }
  return limit > 0 && current * 100 >= RAISED * limit ? 'raised' : 'calm';
}

/** The part of a bar that is full, of 100; a limit of nothing is full as soon as anything is used. */
export function fillOf({ current, limit }) {
  if (limit > 0) {
    return Math.min(100, (current * 100) / limit);
  }
  return current > 0 ? 100 : 0;
}

/**
 * The decisions about one agency, newest first, however they came.
 *
 * @param {Map<number, object>} known by their number
 * @param {object[]} more
 * @param {number} kept how many stay
 */
export function withDecisions(known, more, kept) {
  const all = new Map(known);
  for (const decision of more) {
    all.set(decision.seq, decision);
  }
  return new Map([...all].sort(([a], [b]) => b - a).slice(0, kept));
}

const REASONS = {
  released: 'released',
  heartbeat_timeout: 'its viewer was no longer heard of',
  expired: 'its time was over',
  viewer_left: 'its viewer left',
  camera_removed: 'the camera was removed',
  admin: 'by an administrator',
  undone: 'a step behind it failed',
  AGENCY_LIMIT_EXCEEDED: 'the agency is at its limit',
  TOTAL_LIMIT_EXCEEDED: 'all agencies together are at their limit',
  CAPACITY_EXCEEDED: 'there are as many as there is memory for',
};

/**
 * A decision in words: parts of text, and names that the page sets apart.
 *
 * @returns {(string | {name: string})[]}
 */
export function decisionInWords(decision, nameOfCamera) {
  const camera = { name: nameOfCamera(decision.camera_id ?? '') };
  const who = { name: decision.user_id ?? 'somebody' };
  const why = decision.reason ? ` (${REASONS[decision.reason] ?? decision.reason})` : '';
  switch (decision.outcome) {
    case 'GRANTED':
      return [who, ' was given ', camera];
    case 'REFUSED':
      return [who, ' was refused ', camera, why];
    case 'ENDED':
      return [who, ' gave back ', camera, why];
    case 'LIMIT_CHANGED':
      return [`The limit is ${decision.limit} now`];
    default:
      return [String(decision.outcome)];
  }
}

function document(stats, data) {
  stats.loaded = true;
  stats.streams = data.active_streams;
  stats.viewers = data.total_viewers;
  stats.agencies = new Map(
    Object.values(data.source_stats).map((told) => [told.source, { ...agency(told), cameras: told.active_cameras }]),
  );
  stats.cameras = new Map(
    data.camera_stats.map((told) => [
      told.camera_id,
      {
        id: told.camera_id,
        name: told.camera_name,
        source: told.source,
        viewers: told.viewer_count,
        since: told.active_since,
      },
    ]),
  );
}

function agency({ source, current, limit, usage_percent: percent }) {
  return { source, current, limit, percent };
}

function sum(agencies) {
  return [...agencies.values()].reduce((all, { current }) => all + current, 0);
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}
