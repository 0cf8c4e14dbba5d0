/** Tools for probes in tests: everything fails in the way asked for, or answers what a test says. Nothing leaves the process. */
import { type CommandReason, deny, type EgressReason, type Instant, instant, ok, type ProbeTools, type SettingRule } from '@glidepath/core';

export const PROBED_AT: Instant = instant(Date.UTC(2026, 2, 1, 10));

export interface FailingTools {
  readonly command?: CommandReason;
  readonly file?: 'file-missing' | 'not-permitted' | 'too-large';
  readonly egress?: EgressReason;
}

/** Every tool says no, with the reasons asked for. */
export function failingTools({
  command = 'command-missing',
  file = 'file-missing',
  egress = 'connection-failed',
}: FailingTools): ProbeTools {
  return {
    ...{ now: PROBED_AT, zone: 'UTC', run: async () => deny(command, 'no'), readFile: async () => deny(file, 'no') },
    listFolder: async () => deny(file === 'too-large' ? 'not-permitted' : file, 'no'),
    egress: { request: async () => deny(egress, 'no'), presentedChain: async () => deny(egress, 'no') },
    credential: async (name) => ({ header: 'x-test', value: name, hosts: ['license.example.com'] }),
  };
}

/** Every tool answers these bytes: a command that exits with 0, a file, a page with status 200. */
export function answeringTools(bytes: Uint8Array): ProbeTools {
  return {
    ...failingTools({}),
    run: async () => ok({ stdout: bytes, stderr: new Uint8Array(), exitCode: 0 }),
    readFile: async () => ok(bytes),
    listFolder: async () => ok(['a.lic', 'b.pem']),
    egress: {
      request: async () => ok({ status: 200, headers: { 'content-type': 'application/json' }, body: bytes }),
      presentedChain: async () => ok({ certificates: [bytes], untrusted: null }),
    },
  };
}

const PLAUSIBLE: Readonly<Record<SettingRule['type'], unknown>> = {
  ...{ text: 'text', texts: ['text'], number: 1, command: 'command', credential: 'credential' },
  ...{ file: '/etc/licenses/a.lic', url: 'https://license.example.com' },
};

/** Settings that a connector should accept: what is required, and each of the optional ones in turn. */
export function plausibleSettings(rules: readonly SettingRule[]): readonly Readonly<Record<string, unknown>>[] {
  const required = Object.fromEntries(rules.filter((rule) => rule.required).map(({ name, type }) => [name, PLAUSIBLE[type]]));
  return [required, ...rules.filter((rule) => !rule.required).map(({ name, type }) => ({ ...required, [name]: PLAUSIBLE[type] }))];
}
