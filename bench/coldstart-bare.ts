/**
 * The rest of the fleet of `coldstart.ts`, in one process: installations at the level of the protocol. Each makes its key and
 * its proof, opens a connection of its own, asks for a lease and fetches the key set, and keeps no files.
 *
 * A thousand real clients take more of two processors than everything that is measured. Says when it is ready to begin, begins
 * at a line, and prints after how long each one had both answers.
 */
import { createInterface } from 'node:readline';
import { hashSecret, signProof } from '@glidepath/protocol';
import { nodeCrypto } from '@glidepath/protocol/node';
import type { ColdOrder, ColdReport } from './coldstart-clients.ts';
import { rawConnection, rawRequest } from './raw-http.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as ColdOrder;
const authorization = `Bearer ${order.licenseKey}`;
const address = new URL(order.address);
const keyHash = hashSecret(order.licenseKey, nodeCrypto);

async function begin(at: number): Promise<number | null> {
  const name = `c/${order.from + at}`;
  const key = nodeCrypto.signerFromSeed(crypto.getRandomValues(new Uint8Array(32)));
  const nonce = crypto.randomUUID();
  const proof = signProof({ aud: 'glidepath-server', op: 'acquire', nonce, key: keyHash }, key);
  const connection = await rawConnection(address);
  const lease = await connection.send(rawRequest(address, `/${name}/v1/leases`, { authorization }, JSON.stringify({ proof })));
  const asking = `GET /${name}/v1/keyset HTTP/1.1\r\nhost: ${address.host}\r\nauthorization: ${authorization}\r\n\r\n`;
  const keySet = await connection.send(Buffer.from(asking));
  const stoodAfterMs = performance.now() - began;
  connection.close();
  const { word } = JSON.parse(lease.body.toString()) as { word?: unknown };
  if (lease.status === 200 && keySet.status === 200 && typeof word === 'string') return stoodAfterMs;
  process.stderr.write(`bare: lease ${lease.status}, key set ${keySet.status}, ${lease.body.toString().slice(0, 300)}\n`);
  return null;
}

process.stdout.write('ready\n');
for await (const _ of createInterface({ input: process.stdin })) break;
const began = performance.now();
const report: ColdReport = { stoodAfterMs: await Promise.all(Array.from({ length: order.count }, (_, at) => begin(at))) };
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
