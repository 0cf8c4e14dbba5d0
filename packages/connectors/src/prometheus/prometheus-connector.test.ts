import { describe, expect, it } from 'vitest';
import { bytesOf } from '../contract/test-contract.ts';
import { answeringTools } from '../contract/test-tools.ts';
import { readExposition } from './exposition.ts';
import { prometheusConnector } from './prometheus-connector.ts';

const samplesOf = (text: string) => {
  const { samples, unparsed } = readExposition(bytesOf(text), () => true);
  return { samples: samples.map(({ metric, labels, value }) => [metric, Object.fromEntries(labels), value]), unread: unparsed.count };
};

describe('text exposition', () => {
  it.each<[string, unknown[]]>([
    ['a 1\n', ['a', {}, 1]],
    ['a{} 1\n', ['a', {}, 1]],
    ['a{b="c"} 1.5e3 1700000000000\r\n', ['a', { b: 'c' }, 1500]],
    ['a { b = "c" , d = "" , } .5\n', ['a', { b: 'c', d: '' }, 0.5]],
    ['a{b="}\\"\\\\\\n"} -Inf\n', ['a', { b: '}"\\\n' }, Number.NEGATIVE_INFINITY]],
    ['a{b="c\\d"} +Inf\n', ['a', { b: 'c\\d' }, Number.POSITIVE_INFINITY]],
    ['a_total{b="c"} 3 # {trace_id="x"} 0.6\n', ['a_total', { b: 'c' }, 3]],
  ])('%j', (text, sample) => expect(samplesOf(text)).toEqual({ samples: [sample], unread: 0 }));

  it.each([
    'a\n',
    'a x\n',
    'a{b="c"}\n',
    'a{b=c} 1\n',
    'a{b="c} 1\n',
    'a{b="c" 1\n',
    '{b="c"} 1\n',
    '1a 1\n',
    'a 1 2 3\n',
    'a 0x10\n',
    'a 1',
    '<html>\n',
    'a{b="\\\n',
  ])('%j is unread', (text) => expect(samplesOf(text)).toEqual({ samples: [], unread: 1 }));

  it('skips comments and blank lines, also an unknown kind of them', () =>
    expect(samplesOf('# HELP a b\n# TYPE a gauge\n\n# EOF\n#x\n')).toEqual({ samples: [], unread: 0 }));

  it('reads ten thousand unclosed quotes in one pass', () => {
    const { unread } = samplesOf(`${'a{b="'.repeat(10_000)}\n`.repeat(20));
    expect(unread).toBe(20);
  });
});

describe('metrics by settings', () => {
  const page = [
    'acme_seats{product="cad",site="ber"} 10',
    'acme_seats{product="cad",site="muc"} 20',
    'acme_taken{product="cad",site="ber"} 9',
    'acme_end_ms{product="cad",site="ber"} 1830297599000',
    'acme_plain 5',
    'flexlm_feature_issued{name="other"} 1',
    '',
  ].join('\n');
  const probed = async (settings: Record<string, unknown>) => {
    const outcome = await prometheusConnector.probe({ url: 'https://e.example.com/metrics', ...settings }, answeringTools(bytesOf(page)));
    return outcome.ok ? outcome.value : outcome;
  };

  it('take the names that they choose, and then no others', async () => {
    const names = {
      issued: 'acme_seats',
      used: 'acme_taken',
      expires: 'acme_end_ms',
      label: 'product',
      pool: 'site',
      unit: 'milliseconds',
    };
    expect(await probed(names)).toMatchObject({
      features: [
        { name: 'cad', pool: 'ber', issued: 10, used: 9, expiresAt: 1_830_297_599_000 },
        { name: 'cad', pool: 'muc', issued: 20, used: null, ends: 'unstated' },
      ],
    });
  });

  it('do not add up series that nothing tells apart', async () => {
    const snapshot = await probed({ issued: 'acme_seats', label: 'product' });
    expect(snapshot).toMatchObject({ features: [{ name: 'cad', issued: null }], notes: [expect.stringContaining('several series')] });
  });

  it('name a feature that no label names, or count its series as unread', async () => {
    expect(await probed({ issued: 'acme_plain', feature: 'Acme' })).toMatchObject({ features: [{ name: 'Acme', issued: 5 }] });
    expect(await probed({ issued: 'acme_plain' })).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it.each([{ issued: 7 }, { issued: '' }, { unit: 'days', expires: 'a' }, { label: [] }])('refuse %j', async (settings) => {
    expect(await probed(settings)).toMatchObject({ ok: false, reason: 'bad-settings' });
  });
});
