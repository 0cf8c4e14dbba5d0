import { Ajv2020 } from 'ajv/dist/2020.js';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../errors/errors.ts';
import { problem } from '../errors/problem.ts';
import { LeaseAnswer, LeaseRequest, LicenseRequest, LicenseView, ListQuery, openapi, page } from './index.ts';

const document = openapi(
  [
    {
      name: 'lease.acquire',
      method: 'POST',
      path: '/v1/leases',
      summary: 'Acquire a lease',
      auth: 'license-key',
      body: LeaseRequest,
      answers: { 200: LeaseAnswer },
      idempotency: 'own',
    },
    {
      name: 'license.list',
      method: 'GET',
      path: '/v1/licenses',
      summary: 'List licenses',
      auth: 'viewer',
      query: ListQuery,
      answers: { 200: page(LicenseView) },
    },
    {
      name: 'license.issue',
      method: 'POST',
      path: '/v1/licenses',
      summary: 'Issue a license',
      auth: 'issuer',
      body: LicenseRequest,
      answers: { 201: LicenseView },
    },
    {
      name: 'license.show',
      method: 'GET',
      path: '/v1/licenses/{id}',
      summary: 'Show a license',
      auth: 'viewer',
      admitsLicenseKey: true,
      answers: { 200: LicenseView },
    },
    {
      name: 'policy.publish',
      method: 'POST',
      path: '/v1/policies',
      summary: 'Publish a policy',
      auth: 'issuer',
      reads: 'text',
      answers: { 201: Type.Unknown() },
    },
    {
      name: 'health.alive',
      method: 'GET',
      path: '/healthz',
      summary: 'Say that the process is alive',
      auth: 'none',
      answers: { 200: Type.Unknown() },
    },
  ],
  { version: '0.1.0', server: 'https://licenses.example.com' },
) as { paths: Record<string, Record<string, Operation>>; [key: string]: unknown };

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Record<string, unknown>;
  readonly requestBody?: { readonly content: Record<string, unknown> };
}

function operation(path: string, method: string): Operation {
  const found = document.paths[path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is missing`);
  return found;
}

describe('openapi', () => {
  it('has each command at its place, under its name', () => {
    const ids = Object.values(document.paths).flatMap((item) => Object.values(item).map((each) => each.operationId));
    expect(ids.toSorted()).toEqual(['health.alive', 'lease.acquire', 'license.issue', 'license.list', 'license.show', 'policy.publish']);
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://licenses.example.com' }] });
    expect(document.tags).toEqual([{ name: 'health' }, { name: 'lease' }, { name: 'license' }, { name: 'policy' }]);
  });

  it('says who may call', () => {
    expect(operation('/healthz', 'get').security).toEqual([]);
    expect(operation('/v1/leases', 'post').security).toEqual([{ licenseKey: [] }]);
    expect(operation('/v1/licenses/{id}', 'get').security).toEqual([{ apiToken: [] }, { licenseKey: [] }]);
    expect(operation('/v1/licenses', 'post')).toMatchObject({ 'x-role': 'issuer' });
  });

  it('names parameters of path, query and header', () => {
    const names = (path: string, method: string) => operation(path, method).parameters?.map((each) => `${each.in} ${each.name}`) ?? [];
    expect(names('/v1/licenses/{id}', 'get')).toEqual(['path id']);
    expect(names('/v1/licenses', 'get')).toEqual(['query limit', 'query after', 'query environment']);
    expect(names('/v1/licenses', 'post')).toEqual(['header Idempotency-Key']);
    expect(names('/v1/leases', 'post')).toEqual([]);
  });

  it('takes a policy as text', () => {
    expect(Object.keys(operation('/v1/policies', 'post').requestBody?.content ?? {})).toEqual([
      'text/yaml',
      'application/yaml',
      'application/json',
    ]);
  });

  it('answers every command with problems too', () => {
    for (const item of Object.values(document.paths)) {
      for (const each of Object.values(item)) expect(each.responses).toHaveProperty('default');
    }
    expect(Object.keys(operation('/v1/licenses', 'post').responses)).toEqual([
      ...['201', '400', '401', '403', '409', '413', '415', '422', '429', '503', 'default'],
    ]);
  });

  it('is JSON, and its references lead somewhere', () => {
    const text = JSON.stringify(document);
    expect(JSON.parse(text)).toEqual(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(0);
    for (const path of references) {
      const target = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(target).toBeDefined();
    }
  });

  it('has a schema of problems that every problem fits', () => {
    const { Problem } = (document.components as { schemas: { Problem: object } }).schemas;
    const validate = new Ajv2020({ strict: false }).compile(Problem);
    for (const code of ERROR_CODES) {
      const errors = [{ path: '/plan', found: 'x', expected: 'y', didYouMean: null }];
      expect(validate(problem(code, 'Why.', { errors, word: 'a.b.c', retryAfterMs: 1, facts: { a: 1 }, violations: [] }))).toBe(true);
    }
    expect(validate({ ...problem('no-seat'), code: 'other' })).toBe(false);
  });
});
