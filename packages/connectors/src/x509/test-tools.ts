/** The world of a probe in tests: files by path, endpoints by name, nothing else. */
import { deny, type Egress, type Instant, ok, type PresentedChain, type ProbeTools } from '@glidepath/core';

export interface TestWorld {
  readonly now: Instant;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** By `host:port`. */
  readonly endpoints?: Readonly<Record<string, PresentedChain>>;
  readonly credentials?: Readonly<Record<string, string>>;
}

export function testTools({ now, files = {}, endpoints = {}, credentials = {} }: TestWorld): ProbeTools {
  const egress: Egress = {
    request: async () => deny('connection-failed', 'there is no network in this test'),
    presentedChain: async (host, port) => {
      const chain = endpoints[`${host}:${port}`];
      return chain === undefined ? deny('connection-failed', 'nobody listens there') : ok(chain);
    },
  };
  return {
    now,
    zone: 'UTC',
    egress,
    run: async () => deny('command-missing', 'there is no command in this test'),
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) return deny('file-missing', 'there is no such file');
      return ok(typeof content === 'string' ? Buffer.from(content) : content);
    },
    listFolder: async (folder) => {
      const names = Object.keys(files).filter((path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/'));
      return names.length === 0 ? deny('file-missing', 'there is no such folder') : ok(names.map((path) => path.slice(folder.length + 1)));
    },
    credential: async (name) => {
      const value = credentials[name];
      return value === undefined ? null : { header: 'authorization', value, hosts: [] };
    },
  };
}
