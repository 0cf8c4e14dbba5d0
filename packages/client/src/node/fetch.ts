/** HTTP by Node's own `fetch`: a redirect is an answer and not followed, and an answer is read no further than its cap. */
import type { HttpAnswer, HttpRequest, TransportCode } from '../platform.ts';

export async function nodeFetch(request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, headers, body, signal } = request;
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
  } catch (cause) {
    throw fault(signal.aborted ? 'timeout' : 'refused', cause);
  }
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await textOf(response, request) };
}

async function textOf(response: Response, { bodyMaxBytes, signal }: HttpRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      // Leaving the loop cancels the stream, which closes the connection.
      if (size > bodyMaxBytes) break;
    }
  } catch (cause) {
    throw fault(signal.aborted ? 'timeout' : 'truncated', cause);
  }
  if (size > bodyMaxBytes) throw fault('too-large');
  return Buffer.concat(chunks).toString();
}

function fault(code: TransportCode, cause?: unknown): Error {
  return Object.assign(new Error(code, { cause }), { code });
}
