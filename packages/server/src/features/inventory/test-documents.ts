/** Documents of an inventory for tests. */

export function heldDocument(name: string, spec: object = {}): object {
  const contract = { id: '4711', expires: '2027-03-31' };
  const owners = { team: 'eda', people: ['ana@example.com', 'bo@example.com'] };
  return document('HeldLicense', name, { product: 'MATLAB', vendor: 'MathWorks', contract, owners, ...spec });
}

export function probeDocument(name: string, spec: object = {}): object {
  return document('Probe', name, { kind: 'flexlm', settings: { command: 'lmstat' }, ...spec });
}

export function channelDocument(name: string, spec: object = {}): object {
  return document('Channel', name, { kind: 'slack', url: 'env:SLACK_URL', ...spec });
}

function document(kind: string, name: string, spec: object): object {
  return { apiVersion: 'glidepath.dev/v1', kind, metadata: { name }, spec };
}
