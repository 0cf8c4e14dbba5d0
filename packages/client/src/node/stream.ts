/**
 * An answer as it comes, by `node:http`: `fetch` would keep a process alive for as long as the stream lasts, and a program
 * that forgot to close its client would never end.
 */
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';
import type { Stream } from '../platform.ts';

/** Three of the comments that a server sends to show that it is there. */
const SILENCE_MAX_MS = 45_000;

export const nodeStream: Stream = ({ url, headers, signal }, take) =>
  new Promise((resolve) => {
    const open = url.startsWith('https:') ? getSecurely : get;
    const request = open(url, { headers, signal, agent: false, timeout: SILENCE_MAX_MS }, (response) => {
      if (response.statusCode === 200)
        response
          .setEncoding('utf8')
          .on('data', take)
          .on('error', () => {});
      else request.destroy();
    });
    request
      .on('socket', (socket) => socket.unref())
      .on('timeout', () => request.destroy())
      .on('error', () => {})
      .on('close', resolve);
  });
