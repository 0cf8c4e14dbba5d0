/**
 * A process with many applications: each with a license and a cache of its own, asking all the time whether it may run fast,
 * and telling whoever started the process each time that the answer has changed.
 */
import { createClient } from '@glidepath/client';

export interface ApplicationsAsked {
  readonly server: string;
  readonly roots: readonly string[];
  readonly folder: string;
  readonly licenses: readonly { readonly id: string; readonly key: string }[];
}

export interface Told {
  readonly license: string;
  readonly isFast: boolean;
  readonly mayRun: boolean;
}

const ASK_EVERY_MS = 20;

process.once('message', (asked) => start(asked as ApplicationsAsked));
process.once('disconnect', () => process.exit(0));

function start({ server, roots, folder, licenses }: ApplicationsAsked): void {
  const running = licenses.map(({ id, key }) => {
    const cacheDir = `${folder}/${id}`;
    const client = createClient({ server, licenseKey: key, roots, cacheDir, whenNothingSigned: 'deny', client: 'load' });
    return { id, client, last: '' };
  });
  setInterval(() => {
    for (const application of running) {
      const { id, client } = application;
      if (client.status === 'not-ready') continue;
      const told: Told = { license: id, isFast: client.check('fast').allowed, mayRun: client.check('run').allowed };
      const answer = JSON.stringify(told);
      if (answer === application.last) continue;
      application.last = answer;
      process.send?.(told);
    }
  }, ASK_EVERY_MS);
}
