import { deny, ok, type ProbeTools } from '@glidepath/core';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../contract/test-contract.ts';
import { failingTools } from '../contract/test-tools.ts';
import { prometheusConnector } from '../prometheus/prometheus-connector.ts';
import { vaultConnector } from '../vault/vault-connector.ts';
import { commandConnectorOver } from './command-connector.ts';

const printing = (stdout: string, exitCode = 0, stderr = ''): ProbeTools => ({
  ...failingTools({}),
  run: async (command) =>
    command === 'seats' ? ok({ stdout: bytesOf(stdout), stderr: bytesOf(stderr), exitCode }) : deny('command-missing', 'no'),
});

const others = [prometheusConnector, vaultConnector];
const commandConnector = commandConnectorOver((kind) => others.find((each) => each.kind === kind) ?? null);

describe('a command of your own', () => {
  it('prints our own JSON, whatever its exit code', async () => {
    for (const exitCode of [0, 3])
      expect(
        await commandConnector.probe({ command: 'seats' }, printing('{"features":[{"name":"sim","used":3}]}', exitCode)),
      ).toMatchObject({
        ok: true,
        value: { features: [{ name: 'sim', used: 3, issued: null }] },
      });
  });

  it('prints what another kind reads', async () => {
    const tools = printing('vault_core_license_expiration_time_epoch 1830297599\n');
    expect(await commandConnector.probe({ command: 'seats', format: 'prometheus' }, tools)).toMatchObject({
      ok: true,
      value: { features: [{ name: 'Vault' }] },
    });
    expect(await commandConnector.probe({ command: 'seats', format: 'vault' }, tools)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it.each([
    ['a format that nobody knows', { command: 'seats', format: 'cobol' }, 'bad-settings'],
    ['a format that is no word', { command: 'seats', format: {} }, 'bad-settings'],
    ['no command', {}, 'bad-settings'],
    ['a list of words', { command: ['sh', '-c', 'true'] }, 'bad-settings'],
    ['a command that the agent does not name', { command: 'rm' }, 'command-missing'],
  ])('refuses %s', async (_, settings, reason) => {
    expect(await commandConnector.probe(settings, printing('{}'))).toMatchObject({ ok: false, reason });
  });

  it('says what a command that failed said, without what looks like a key', async () => {
    const outcome = await commandConnector.probe({ command: 'seats' }, printing('', 2, 'cannot open db: token=abc123'));
    expect(outcome).toMatchObject({ ok: false, reason: 'command-failed', message: expect.stringContaining('cannot open db') });
    expect(JSON.stringify(outcome)).not.toContain('abc123');
    expect(await commandConnector.probe({ command: 'seats' }, printing('hello'))).toMatchObject({ ok: false, reason: 'unreadable' });
    expect(
      await commandConnector.probe({ command: 'seats' }, printing('{"features":[],"servers":[{"name":"a","state":"up"}]}')),
    ).toMatchObject({
      ok: false,
      reason: 'no-features',
    });
  });
});
