import { once } from 'node:events';
import { connect } from 'node:net';

/** Writes bytes to a server of this machine, closes its own end where told, and reads until the server closes. */
export async function rawHttp(
  url: string,
  bytes: string | Buffer,
  options: { readonly end?: boolean } = {},
): Promise<string> {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => {});
  socket.write(bytes);
  if (options.end) socket.end();
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

/** The statuses of all answers on a connection. */
export const statusesOf = (answers: string): number[] =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
