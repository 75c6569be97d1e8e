// A webhook receiver as most Node teams would write it: Express 5, LiveKit's own SDK, kafkajs.
// It does what webhook-ingest does on its hot path and nothing more: verify the token and the digest of
// the raw body (the SDK does both, and parses the event), produce with acks=all and idempotence keyed by
// room, and answer an empty 200 once Kafka has acknowledged.
import express from 'express';
import { Kafka, logLevel } from 'kafkajs';
import { WebhookReceiver } from 'livekit-server-sdk';

function setting(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

const topic = setting('TOPIC');
const receiver = new WebhookReceiver(setting('LIVEKIT_API_KEY'), setting('LIVEKIT_API_SECRET'));
const kafka = new Kafka({
  clientId: 'bench-peer-express',
  brokers: [setting('KAFKA_BOOTSTRAP_SERVERS')],
  logLevel: logLevel.ERROR,
});
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5, allowAutoTopicCreation: false });
await producer.connect();

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/webhooks/livekit', express.raw({ type: '*/*', limit: '4mb' }), async (req, res) => {
  let event;
  try {
    event = await receiver.receive(req.body.toString('utf8'), req.get('Authorization'));
  } catch {
    res.status(401).end();
    return;
  }
  try {
    await producer.send({
      topic,
      acks: -1,
      messages: [
        {
          key: event.room?.name || event.room?.sid || '',
          value: req.body,
          headers: { event: event.event, id: event.id, 'created-at': String(event.createdAt) },
        },
      ],
    });
  } catch {
    res.status(503).set('Retry-After', '1').end();
    return;
  }
  res.status(200).end();
});

const server = app.listen(Number(setting('PORT')), '127.0.0.1');
server.keepAliveTimeout = 120_000;
// The terminal's Ctrl-C is for the benchmark, which stops us in order; Node does not keep it ignored.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  producer.disconnect().finally(() => process.exit(0));
});
