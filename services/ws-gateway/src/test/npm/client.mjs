// The stock SDK, told what to do over its input and telling what it sees, one JSON object a line.
//   node client.mjs ws://127.0.0.1:8080/connection/websocket
// Input: {"subscribe": channel, "since"?: {offset, epoch}} | {"history": channel, "limit": n} | {"drop": true}, which
// cuts the connection as a network would.
import { createInterface } from 'node:readline';
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

const tell = (kind, rest) => process.stdout.write(`${JSON.stringify({ kind, ...rest })}\n`);
const sockets = new Set();

// Frames that come in one read are events of one tick for ws, and the SDK then mixes their publications; not in browsers.
class OneFrameATick extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { allowSynchronousEvents: false });
    sockets.add(this);
    this.on('close', () => sockets.delete(this));
  }
}

const client = new Centrifuge(process.argv[2], {
  websocket: OneFrameATick,
  minReconnectDelay: 50,
  maxReconnectDelay: 500,
});
client.on('connecting', ({ code, reason }) => tell('connecting', { code, reason }));
client.on('connected', ({ client: id, transport }) => tell('connected', { id, transport }));
client.on('disconnected', ({ code, reason }) => tell('disconnected', { code, reason }));
client.on('error', ({ error }) => tell('error', { message: error.message }));
client.connect();

function subscribe(channel, since) {
  const subscription = client.newSubscription(channel, { minResubscribeDelay: 50, maxResubscribeDelay: 500, since });
  subscription.on('subscribed', ({ wasRecovering, recovered, positioned, recoverable, streamPosition }) =>
    tell('subscribed', { channel, wasRecovering, recovered, positioned, recoverable, ...streamPosition }),
  );
  subscription.on('publication', ({ offset, data }) => tell('publication', { channel, offset, data }));
  subscription.on('unsubscribed', ({ code, reason }) => tell('unsubscribed', { channel, code, reason }));
  subscription.subscribe();
}

async function history(channel, limit) {
  const { publications, offset, epoch } = await client.getSubscription(channel).history({ limit });
  tell('history', { channel, offset, epoch, publications: publications.map(({ data }) => data) });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const told = JSON.parse(line);
    if (told.subscribe) {
      subscribe(told.subscribe, told.since);
    } else if (told.history) {
      history(told.history, told.limit).catch((error) => tell('error', { message: error.message }));
    } else if (told.drop) {
      for (const socket of sockets) {
        socket.terminate();
      }
    }
  })
  .on('close', () => process.exit(0));
