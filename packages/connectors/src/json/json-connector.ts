/** Any JSON, from an address or a file: our own vocabulary as it is, everything else by JSONPath. */
import {
  type Connector,
  deny,
  MINUTE,
  ok,
  type ProbeFailureReason,
  type ProbeOutcome,
  type ProbeTools,
  type Result,
  type SettingRule,
} from '@glidepath/core';
import { ANSWER_MAX_BYTES, apiSettings, ask, judged, judgeStatus, nothingRead } from '../api/index.ts';
import { jsonPaths, PATHS, type PathName, readByPaths, type Settings } from './json-paths.ts';
import { readSnapshotJson } from './snapshot-json.ts';

const ABOUT: Readonly<Record<PathName, string>> = {
  name: 'The path to the name of a feature, a text, such as `$.product`.',
  version: 'The path to its version, a text.',
  pool: 'The path to what splits one product up, a text.',
  issued: 'The path to how many are issued, a whole number, such as `$.seats.total`.',
  used: 'The path to how many are in use, a whole number.',
  reserved: 'The path to how many are reserved, a whole number.',
  queued: 'The path to how many people wait, a whole number.',
  denied: 'The path to how many were refused, a whole number.',
  overage: 'The path to how many are used above what is issued, a whole number.',
  expiresAt: 'The path to when it ends, as `instants` says, such as `$.validUntil`.',
  stopsAt: 'The path to when running instances stop, as `instants` says.',
};

const text = (name: string, about: string): SettingRule => ({ name, type: 'text', required: false, about });

export const jsonConnector: Connector = {
  kind: 'json',
  title: 'Any JSON, by JSONPath',
  settings: [
    ...apiSettings('https://licenses.example.com/api/seats', 'a header that the address asks for, if any').map((rule) => ({
      ...rule,
      required: false,
    })),
    { name: 'file', type: 'file', required: false, about: "A file instead of an address, below a folder that the agent's own file names." },
    text('features', 'The path to the features, such as `$.licenses[*]`; default `$`, one feature. Other paths begin at each.'),
    ...PATHS.map((name) => text(name, ABOUT[name])),
    text('feature', 'The name of the feature where no path gives one, such as `Figma`.'),
    text('instants', 'How instants are written: `text` (default: ISO 8601, or a day), `seconds` or `milliseconds`.'),
  ],
  everyAtLeastMs: MINUTE,
  read: async (source, { zone }) => readSnapshotJson(source, zone) ?? nothingRead(source),
  probe,
};

async function probe(settings: Settings, tools: ProbeTools): Promise<ProbeOutcome> {
  const paths = jsonPaths(settings);
  if (paths && 'problem' in paths) return deny('bad-settings', paths.problem);
  const source = await gathered(settings, tools);
  if (!source.ok) return source;
  const read = paths ? readByPaths(source.value, paths, tools.zone) : readSnapshotJson(source.value, tools.zone);
  return judged(read ?? nothingRead(source.value));
}

async function gathered(settings: Settings, tools: ProbeTools): Promise<Result<Uint8Array, ProbeFailureReason>> {
  const { url, file } = settings;
  if (typeof file === 'string' && file !== '' && url === undefined) return tools.readFile(file, ANSWER_MAX_BYTES);
  if (typeof url !== 'string' || file !== undefined) return deny('bad-settings', 'a probe of this kind has either `url` or `file`');
  const answer = await ask(settings, tools, { path: '' });
  if (!answer.ok) return answer;
  return judgeStatus(answer.value) ?? ok(answer.value.body);
}
