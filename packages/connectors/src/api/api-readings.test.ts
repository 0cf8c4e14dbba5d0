import { existsSync, readFileSync } from 'node:fs';
import { type Connector, type FeatureReading, formatInstant, type Instant, instant, latentRisks, type Snapshot } from '@glidepath/core';
import { probeJson } from '@glidepath/protocol/probe';
import { describe, expect, it } from 'vitest';
import { consulConnector } from '../consul/consul-connector.ts';
import { CASES as CONSUL } from '../consul/test-cases.ts';
import { bytesOf, type ContractCase, contextOf } from '../contract/test-contract.ts';
import { elasticsearchConnector } from '../elasticsearch/elasticsearch-connector.ts';
import { CASES as ELASTICSEARCH } from '../elasticsearch/test-cases.ts';
import { githubEnterpriseConnector } from '../github-enterprise/github-enterprise-connector.ts';
import { CASES as GITHUB } from '../github-enterprise/test-cases.ts';
import { gitlabConnector } from '../gitlab/gitlab-connector.ts';
import { CASES as GITLAB } from '../gitlab/test-cases.ts';
import { jetbrainsConnector } from '../jetbrains/jetbrains-connector.ts';
import { CASES as JETBRAINS } from '../jetbrains/test-cases.ts';
import { nomadConnector } from '../nomad/nomad-connector.ts';
import { CASES as NOMAD } from '../nomad/test-cases.ts';
import { prometheusConnector } from '../prometheus/prometheus-connector.ts';
import { CASES as PROMETHEUS } from '../prometheus/test-cases.ts';
import { splunkConnector } from '../splunk/splunk-connector.ts';
import { CASES as SPLUNK } from '../splunk/test-cases.ts';
import { CASES as VAULT } from '../vault/test-cases.ts';
import { vaultConnector } from '../vault/vault-connector.ts';

/** The ends of each feature of a case, and what it is, in one line. */
function said({ name, pool, issued, used, overage, expiresAt, ends, stopsAt, kind }: FeatureReading): string {
  const at = (value: Instant | null) => (value === null ? '-' : formatInstant(value));
  return [name, pool ?? '-', `${used ?? '?'}/${issued ?? '?'}`, overage ?? '-', ends, at(expiresAt), at(stopsAt), kind ?? '-'].join(' | ');
}

async function readCase(connector: Connector, cases: readonly ContractCase[], index: number): Promise<Snapshot> {
  const one = cases[index];
  if (!one) throw new Error(`there is no case ${index}`);
  return connector.read(bytesOf(one.source), contextOf(one));
}

describe('answers of APIs', () => {
  it.each<[string, Connector, readonly ContractCase[], number, readonly string[]]>([
    [
      'vault',
      vaultConnector,
      VAULT,
      0,
      ['Vault | - | ?/? | - | dated | 2027-01-31T23:59:59.999Z | 2037-01-31T23:59:59.999Z | subscription'],
    ],
    ['an old vault', vaultConnector, VAULT, 2, ['Vault | - | ?/? | - | dated | 2026-11-14T21:34:36.546Z | - | subscription']],
    ['a vault that cannot be read', vaultConnector, VAULT, 3, ['Vault | - | ?/? | - | unstated | - | - | subscription']],
    [
      'the table of vault',
      vaultConnector,
      VAULT,
      4,
      ['Vault | - | ?/? | - | dated | 2027-01-31T23:59:59.000Z | 2037-01-31T23:59:59.000Z | subscription'],
    ],
    [
      'nomad',
      nomadConnector,
      NOMAD,
      0,
      ['Nomad | - | ?/? | - | dated | 2027-06-01T18:50:16.581Z | 2028-06-01T18:50:16.581Z | subscription'],
    ],
    [
      'the table of nomad',
      nomadConnector,
      NOMAD,
      1,
      ['Nomad | - | ?/? | - | dated | 2027-12-01T00:00:00.000Z | 2028-01-01T00:00:00.000Z | subscription'],
    ],
    ['consul', consulConnector, CONSUL, 0, ['Consul | - | ?/? | - | dated | 2027-05-22T03:59:59.999Z | - | subscription']],
    [
      'the table of consul',
      consulConnector,
      CONSUL,
      1,
      ['Consul | - | ?/? | - | dated | 2027-05-22T03:59:59.999Z | 2037-05-21T03:59:59.999Z | subscription'],
    ],
    [
      'elasticsearch',
      elasticsearchConnector,
      ELASTICSEARCH,
      0,
      ['Elasticsearch | - | ?/12 | - | dated | 2027-06-30T23:59:59.999Z | - | subscription'],
    ],
    [
      'a basic elasticsearch',
      elasticsearchConnector,
      ELASTICSEARCH,
      2,
      ['Elasticsearch | - | ?/1000 | - | permanent | - | - | subscription'],
    ],
    [
      'an endless elasticsearch',
      elasticsearchConnector,
      ELASTICSEARCH,
      3,
      ['Elasticsearch | - | ?/? | - | permanent | - | - | subscription'],
    ],
    ['gitlab', gitlabConnector, GITLAB, 0, ['GitLab | - | 300/100 | 210 | dated | 2027-01-27T23:59:59.000Z | - | named']],
    ['an endless gitlab', gitlabConnector, GITLAB, 1, ['GitLab | - | 7/? | 0 | permanent | - | - | uncounted']],
    [
      'github',
      githubEnterpriseConnector,
      GITHUB,
      0,
      ['GitHub Enterprise | - | 1316/1400 | - | dated | 2027-02-06T18:41:52.000Z | - | named'],
    ],
    [
      'an unlimited github',
      githubEnterpriseConnector,
      GITHUB,
      1,
      ['GitHub Enterprise | - | 12/? | - | dated | 2027-02-06T18:41:52.000Z | - | uncounted'],
    ],
    [
      'jetbrains',
      jetbrainsConnector,
      JETBRAINS,
      0,
      ['JetBrains License Server | - | ?/? | - | unstated | - | 2026-11-05T09:05:00.000Z | floating'],
    ],
    [
      'splunk',
      splunkConnector,
      SPLUNK,
      0,
      [
        'Splunk Enterprise | enterprise | ?/107374182400 | - | dated | 2027-12-31T23:59:59.000Z | - | subscription',
        'Splunk Forwarder | forwarder | ?/1048576 | - | permanent | - | - | subscription',
        'Unlimited | enterprise | ?/? | - | dated | 2020-09-13T12:26:40.000Z | - | uncounted',
      ],
    ],
    [
      'prometheus',
      prometheusConnector,
      PROMETHEUS,
      0,
      [
        'sim | eda | 9/16 | - | dated | 2027-12-31T23:59:59.000Z | - | -',
        'say "x" \\ =cmd() | eda | ?/1000000 | - | unstated | - | - | -',
        'sim | cad | 2/? | - | permanent | - | - | -',
      ],
    ],
    [
      'prometheus copies',
      prometheusConnector,
      PROMETHEUS,
      3,
      ['a | - | ?/? | - | unstated | - | - | -', 'b | - | ?/? | - | unstated | - | - | -'],
    ],
  ])('%s', async (_, connector, cases, index, expected) => {
    expect((await readCase(connector, cases, index)).features.map(said)).toEqual(expected);
  });

  it('say in notes what is no field', async () => {
    expect((await readCase(vaultConnector, VAULT, 1)).notes.join()).toContain('reload the standbys first');
    expect((await readCase(vaultConnector, VAULT, 4)).notes.join()).toContain('29m33s');
    expect((await readCase(consulConnector, CONSUL, 0)).notes.join()).toContain('license ends soon');
    expect((await readCase(gitlabConnector, GITLAB, 0)).notes.join()).toContain('310 users');
    expect((await readCase(splunkConnector, SPLUNK, 0)).notes.join()).toContain('EXPIRED');
    expect((await readCase(prometheusConnector, PROMETHEUS, 3)).notes).toHaveLength(2);
  });
});

describe('latent risks of APIs', () => {
  const at = (iso: string): Instant => instant(Date.parse(iso));
  const risksOf = async (connector: Connector, cases: readonly ContractCase[], index: number, now: Instant) => {
    const { latentAt } = connector;
    if (!latentAt) throw new Error('it cannot know');
    return latentRisks(latentAt, await readCase(connector, cases, index), now).map(({ act, from }) => `${act} ${formatInstant(from)}`);
  };

  it('of a HashiCorp product begin after expiration for newer binaries, after termination for every start', async () => {
    expect(await risksOf(nomadConnector, NOMAD, 1, at('2027-11-20T00:00:00Z'))).toEqual([
      'upgrade 2027-12-01T00:00:00.001Z',
      'restart 2028-01-01T00:00:00.001Z',
      'scale-out 2028-01-01T00:00:00.001Z',
    ]);
    expect(vaultConnector.latentAt?.(await readCase(vaultConnector, VAULT, 0), at('2027-01-31T23:59:59.999Z'))).toEqual([]);
    expect(consulConnector.latentAt?.(await readCase(consulConnector, CONSUL, 0), at('2040-01-01T00:00:00Z'))).toHaveLength(1);
  });

  it('of Elasticsearch begin when its health API goes dark', async () => {
    expect(await risksOf(elasticsearchConnector, ELASTICSEARCH, 0, at('2027-06-01T00:00:00Z'))).toEqual([
      'restart 2027-07-01T00:00:00.000Z',
      'upgrade 2027-07-01T00:00:00.000Z',
    ]);
    expect(elasticsearchConnector.latentAt?.(await readCase(elasticsearchConnector, ELASTICSEARCH, 2), at('2040-01-01T00:00:00Z'))).toEqual(
      [],
    );
  });
});

describe('answers that others published', () => {
  const folder = new URL('../../../../../shared/samples/api/', import.meta.url);
  it.runIf(existsSync(folder)).each<[string, Connector, object]>([
    ['vault_license_get.txt', vaultConnector, { expiresAt: '2022-05-17T23:59:59Z', stopsAt: '2031-05-17T23:59:59Z' }],
    ['nomad_operator_license.json', nomadConnector, { expiresAt: '2020-06-01T18:50:16.581Z', stopsAt: '2020-06-01T18:50:16.581Z' }],
    ['elasticsearch_license.json', elasticsearchConnector, { expiresAt: '2018-07-24T23:59:59.999Z', issued: 100 }],
    ['jetbrains_fls_health.json', jetbrainsConnector, { stopsAt: '2018-06-04T21:37:00Z' }],
  ])('%s is read whole', async (file, connector, expected) => {
    const snapshot = await connector.read(readFileSync(new URL(file, folder)), contextOf({}));
    expect(probeJson(snapshot, null)).toMatchObject({ features: [expected], unparsed: [], unparsedCount: 0 });
  });
});
