import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  agenciesInOrder,
  camerasInOrder,
  decisionInWords,
  fillOf,
  levelOf,
  nothingYet,
  take,
  withDecisions,
} from './js/stats.js';

const AT = '2026-11-26T10:00:00.000Z';

function told(...messages) {
  const stats = nothingYet();
  for (const [type, data] of messages) {
    take(stats, { type, data, timestamp: AT });
  }
  return stats;
}

const agency = (source, current, limit, percent) => ({ source, current, limit, usage_percent: percent, active_cameras: 2 });
const camera = (id, source, viewers) => ({
  camera_id: id,
  camera_name: `Camera ${id}`,
  viewer_count: viewers,
  source,
  active_since: AT,
});
const document = (agencies, cameras) => ({
  active_streams: 5,
  total_viewers: 3,
  source_stats: Object.fromEntries(agencies.map((it) => [it.source, it])),
  camera_stats: cameras,
});

test('the document replaces what was known of agencies and cameras', () => {
  const stats = told(
    ['STREAM_STATS', document([agency('METRO', 1, 4, 25), agency('BUS', 4, 5, 80)], [camera('a', 'METRO', 1)])],
    ['STREAM_STATS', document([agency('BUS', 1, 5, 20)], [camera('b', 'BUS', 2), camera('c', 'BUS', 7)])],
  );

  assert.deepEqual(agenciesInOrder(stats), [{ source: 'BUS', current: 1, limit: 5, percent: 20, cameras: 2 }]);
  assert.deepEqual(
    camerasInOrder(stats, '').map(({ id }) => id),
    ['c', 'b'],
  );
  assert.equal(stats.viewers, 3);
  assert.ok(stats.loaded);
});

test('an update changes one agency, and a new one comes with it', () => {
  const stats = told(
    ['STREAM_STATS', document([agency('METRO', 1, 4, 25)], [])],
    ['AGENCY_LIMIT_UPDATE', { source: 'METRO', current: 3, limit: 4, usage_percent: 75 }],
    ['AGENCY_LIMIT_UPDATE', { source: 'BUS', current: 4, limit: 4, usage_percent: 100 }],
  );

  assert.deepEqual(agenciesInOrder(stats), [
    { source: 'BUS', current: 4, limit: 4, percent: 100, cameras: 0 },
    { source: 'METRO', current: 3, limit: 4, percent: 75, cameras: 2 },
  ]);
  assert.equal(stats.streams, 7);
});

test('an agency has no more cameras than reservations', () => {
  const stats = told(
    ['STREAM_STATS', document([agency('METRO', 3, 4, 75)], [])],
    ['AGENCY_LIMIT_UPDATE', { source: 'METRO', current: 1, limit: 4, usage_percent: 25 }],
  );

  assert.equal(stats.agencies.get('METRO').cameras, 1);
});

test('cameras can be those of one agency', () => {
  const stats = told(['STREAM_STATS', document([], [camera('a', 'METRO', 1), camera('b', 'BUS', 2)])]);

  assert.deepEqual(
    camerasInOrder(stats, 'METRO').map(({ id }) => id),
    ['a'],
  );
});

test('alerts are kept newest first, and not for ever', () => {
  const alert = (message) => ['ALERT', { alert_type: 'STREAM_LIMIT', message, severity: 'HIGH', source: null }];
  const stats = told(...Array.from({ length: 250 }, (_, i) => alert(`number ${i}`)));

  assert.equal(stats.alerts.length, 200);
  assert.deepEqual(stats.alerts[0], {
    type: 'STREAM_LIMIT',
    severity: 'HIGH',
    source: '',
    message: 'number 249',
    at: AT,
  });
});

test('a status is known from its change on, and what is not known does no harm', () => {
  const stats = told(
    ['CAMERA_STATUS', { camera_id: 'a', status: 'OFFLINE', previous_status: 'ONLINE' }],
    ['SOMETHING_NEW', {}],
  );

  assert.equal(stats.statuses.get('a'), 'OFFLINE');
});

test('what is told at the start says how all cameras are', () => {
  const stats = told(
    ['CAMERA_STATUS', { camera_id: 'a', status: 'OFFLINE', previous_status: 'ONLINE' }],
    ['CAMERA_STATUSES', { cameras: [{ camera_id: 'b', status: 'ERROR' }] }],
  );

  assert.deepEqual([...stats.statuses], [['b', 'ERROR']]);
});

test('colours change at 80 and 95 per cent, to the slot', () => {
  const level = (current, limit) => levelOf({ current, limit });

  assert.equal(level(79, 100), 'calm');
  assert.equal(level(80, 100), 'raised');
  assert.equal(level(94, 100), 'raised');
  assert.equal(level(95, 100), 'high');
  assert.equal(level(7999, 10_000), 'calm');
  assert.equal(level(3, 0), 'calm');
});

test('a bar is never more than full', () => {
  assert.equal(fillOf({ current: 1, limit: 4 }), 25);
  assert.equal(fillOf({ current: 9, limit: 4 }), 100);
  assert.equal(fillOf({ current: 0, limit: 0 }), 0);
  assert.equal(fillOf({ current: 1, limit: 0 }), 100);
});

test('decisions come once each and in order, whichever way they came', () => {
  const first = withDecisions(new Map(), [{ seq: 3 }, { seq: 2 }], 3);
  const both = withDecisions(first, [{ seq: 1 }, { seq: 3 }, { seq: 4 }], 3);

  assert.deepEqual([...both.keys()], [4, 3, 2]);
});

test('a decision in words', () => {
  const words = (decision) =>
    decisionInWords(decision, (id) => `<${id}>`)
      .map((part) => part.name ?? part)
      .join('');

  assert.equal(words({ outcome: 'GRANTED', user_id: 'ann', camera_id: 'a' }), 'ann was given <a>');
  assert.equal(
    words({ outcome: 'REFUSED', user_id: 'ann', camera_id: 'a', reason: 'AGENCY_LIMIT_EXCEEDED' }),
    'ann was refused <a> (the agency is at its limit)',
  );
  assert.equal(
    words({ outcome: 'ENDED', user_id: 'ann', camera_id: 'a', reason: 'heartbeat_timeout' }),
    'ann gave back <a> (its viewer was no longer heard of)',
  );
  assert.equal(words({ outcome: 'LIMIT_CHANGED', limit: 7 }), 'The limit is 7 now');
});
