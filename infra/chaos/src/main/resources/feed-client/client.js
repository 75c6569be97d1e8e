// Stays subscribed to one channel with the stock SDK and tells what it sees, one JSON object a line.
//   node client.js ws://127.0.0.1:8080/connection/websocket 'rooms:*'
import { Centrifuge } from 'centrifuge';
import WebSocket from 'ws';

const [url, channel] = process.argv.slice(2);
const tell = (kind, rest) => process.stdout.write(JSON.stringify({ kind, at: Date.now(), ...rest }) + '\n');

// Frames that come in one read are events of one tick for ws, and the SDK then mixes the publications of one frame with
// those of the next (centrifuge 5.5.2, ws 8.18.3; not in browsers, where each frame is a task of its own).
class OneFrameATick extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { allowSynchronousEvents: false });
  }
}

const client = new Centrifuge(url, { websocket: OneFrameATick, minReconnectDelay: 100, maxReconnectDelay: 1000 });
client.on('connecting', (context) => tell('connecting', { code: context.code, reason: context.reason }));
client.on('disconnected', (context) => {
  tell('disconnected', { code: context.code, reason: context.reason });
  process.exit(1);
});

const subscription = client.newSubscription(channel, { minResubscribeDelay: 100, maxResubscribeDelay: 1000 });
subscription.on('publication', (context) => tell('publication', { offset: context.offset, id: context.data.id }));
subscription.on('subscribed', (context) =>
  tell('subscribed', {
    offset: context.streamPosition?.offset ?? 0,
    epoch: context.streamPosition?.epoch ?? '',
    wasRecovering: context.wasRecovering,
    recovered: context.recovered,
  }),
);
subscription.on('unsubscribed', (context) => {
  tell('unsubscribed', { code: context.code, reason: context.reason });
  process.exit(1);
});

subscription.subscribe();
client.connect();

// The program that started this one ends it by closing its input.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
