/** Settings of a probe as they are typed: `--set command=lmstat`, each of the type that its connector says. */
import { resolve } from 'node:path';
import { type Connector, nearest, type SettingRule } from '@glidepath/core';
import { usage } from '../failure.ts';
import { text } from '../terminal/safe-text.ts';

export type Settings = Readonly<Record<string, unknown>>;

export function readSettings(connector: Connector, words: readonly string[]): Settings {
  const settings: Record<string, unknown> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at <= 0) throw usage(`--set ${word}: a name and a value are expected.`, { next: '--set name=value' });
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    const rule = connector.settings.find((each) => each.name === name);
    if (rule === undefined) throw unknownSetting(connector, name);
    settings[name] = settingOf(rule, value, settings[name]);
  }
  const missing = connector.settings.filter(({ name, required }) => required && settings[name] === undefined);
  if (missing.length > 0) {
    throw usage(`a probe of the kind ${connector.kind} needs ${missing.map(({ name }) => name).join(', ')}.`, {
      details: missing.map(({ name, about }) => text`--set ${name}=…  ${about}`),
    });
  }
  return settings;
}

function settingOf({ name, type }: SettingRule, value: string, before: unknown): unknown {
  if (type === 'texts') return [...(Array.isArray(before) ? before : []), value];
  if (before !== undefined) throw usage(`--set ${name} is given twice, and takes one value.`);
  // An agent takes absolute paths only; here, a person stands in a folder.
  if (type === 'file') return resolve(value);
  if (type !== 'number') return value;
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw usage(`--set ${name}=${value}: a number is expected.`);
  return number;
}

function unknownSetting({ kind, settings }: Connector, name: string) {
  const names = settings.map((rule) => rule.name);
  const near = nearest(name, names);
  return usage(`a probe of the kind ${kind} has no setting ${name}.${near === null ? '' : ` Did you mean ${near}?`}`, {
    details: settings.map((rule) => text`${rule.name}  ${rule.about}`),
  });
}
