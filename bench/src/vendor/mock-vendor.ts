/**
 * The vendor that every gateway asks: a process of its own (`mock-vendor.ts <port>`) that answers at once, from memory,
 * below any framework, so that what is measured is the gateways.
 *
 * A stream of the idle model says one event and then nothing until `POST /release`. `GET /idle` counts them.
 */
import { createServer, type Socket } from 'node:net';
import { MessageParser } from '../http/message-parser.ts';
import { burstAnswer, burstAnswerWithUsage, idleBeginning, idleEnd, jsonAnswer } from './chat-answers.ts';
import { plainAnswer } from './http-answers.ts';
import { messagesBurstAnswer } from './messages-answers.ts';
import { IDLE_MODEL } from './models.ts';

const BACKLOG = 4_096;
const idle = new Set<Socket>();

/** One connection of a gateway. */
function serve(socket: Socket): void {
  socket.setNoDelay(true);
  let startLine = '';
  let body: Buffer[] = [];
  const parser = new MessageParser({
    head: (head) => (startLine = head.startLine),
    body: (bytes) => void body.push(Buffer.from(bytes)),
    complete: () => {
      const [whole] = body.length === 1 ? body : [Buffer.concat(body)];
      body = [];
      answer(socket, startLine, whole ?? Buffer.alloc(0));
    },
  });
  socket.on('data', (bytes: Buffer) => {
    try {
      parser.push(bytes);
    } catch (error) {
      socket.end(plainAnswer(400, String(error)));
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => idle.delete(socket));
}

function answer(socket: Socket, startLine: string, body: Buffer): void {
  if (startLine.startsWith('POST /v1/chat/completions ')) socket.write(completion(socket, body));
  else if (startLine.startsWith('POST /v1/messages ')) socket.write(message(body));
  else if (startLine.startsWith('GET /idle ')) socket.write(plainAnswer(200, String(idle.size)));
  else if (startLine.startsWith('POST /release ')) socket.write(plainAnswer(200, String(release())));
  else socket.write(plainAnswer(404, startLine));
}

function completion(socket: Socket, body: Buffer): Buffer {
  if (!body.includes('"stream":true')) return jsonAnswer;
  if (body.includes(`"${IDLE_MODEL}"`)) {
    idle.add(socket);
    return idleBeginning;
  }
  return body.includes('"include_usage":true') ? burstAnswerWithUsage : burstAnswer;
}

function message(body: Buffer): Buffer {
  return body.includes('"stream":true') ? messagesBurstAnswer : plainAnswer(400, 'only streams');
}

function release(): number {
  const released = idle.size;
  for (const socket of idle) socket.write(idleEnd);
  idle.clear();
  return released;
}

const server = createServer(serve);
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: BACKLOG });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
