// People in LiveKit's rooms by the stock SDK, told what to do over its input and telling what becomes of them, one JSON
// object a line; lines of the SDK's own log have no "kind".
//   node participants.js ws://127.0.0.1:7880
// Input: {"join": number, "token": jwt, "publish": boolean} | {"leave": number}
import { createInterface } from 'node:readline';
import { AudioSource, DisconnectReason, LocalAudioTrack, Room, RoomEvent } from '@livekit/rtc-node';

const url = process.argv[2];
const rooms = new Map();
const tell = (kind, rest) => process.stdout.write(`${JSON.stringify({ kind, at: Date.now(), ...rest })}\n`);

// The SDK drops some handles twice when a connection ends while it is made anew (1.1.0: "trying to drop an invalid
// handle"); nobody else in the rooms need go with it.
process.on('uncaughtException', (error) => process.stderr.write(`${error.stack ?? error}\n`));

async function join(number, token, publish) {
  const room = new Room();
  rooms.set(number, room);
  room.on(RoomEvent.Reconnecting, () => tell('reconnecting', { number }));
  room.on(RoomEvent.Reconnected, () => tell('reconnected', { number }));
  room.on(RoomEvent.Disconnected, (reason) => {
    rooms.delete(number);
    // One that was put out while it connected connects anew by itself (1.1.0) and does not say so.
    const sid = room.localParticipant?.sid ?? '';
    tell('disconnected', { number, sid, reason: DisconnectReason[reason] ?? String(reason) });
  });
  try {
    await room.connect(url, token, { autoSubscribe: false, dynacast: false });
  } catch (error) {
    rooms.delete(number);
    tell('refused', { number, reason: error.message });
    return;
  }
  tell('connected', { number, sid: room.localParticipant.sid });
  if (publish) {
    const track = LocalAudioTrack.createAudioTrack('microphone', new AudioSource(48000, 1));
    await room.localParticipant.publishTrack(track, {});
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const told = JSON.parse(line);
    if (told.join !== undefined) {
      join(told.join, told.token, told.publish).catch((error) =>
        tell('failed', { number: told.join, reason: error.message }),
      );
    } else {
      rooms
        .get(told.leave)
        ?.disconnect()
        .catch((error) => tell('failed', { number: told.leave, reason: error.message }));
    }
  })
  .on('close', () => process.exit(0));
