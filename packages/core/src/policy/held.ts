/**
 * The built-in policy `held`, for licenses that somebody else issues: we watch them, we do not enforce them.
 *
 * Its one loss is what the other vendor does at the end; how long that vendor's documented grace is, the license says. Its
 * notices count back in lead times, because only the owner knows how long a renewal takes. Silence of a probe takes nothing
 * from anybody: the last rung of `unreachable` keeps the tier that there is.
 */
export const HELD_POLICY_DOCUMENT = {
  apiVersion: 'glidepath.dev/v1',
  kind: 'Policy',
  metadata: { name: 'held', title: 'Licenses that somebody else issues' },
  spec: {
    features: {
      use: { title: 'Use of the licensed software', lost: "The vendor's license has ended. Ask the owners of this license." },
    },
    tiers: [
      { name: 'running', features: ['use'] },
      { name: 'stopped', features: [] },
    ],
    plans: {
      held: { tier: 'running' },
    },
    glidePath: {
      expiry: [
        { at: '3x leadTime', notify: 'info' },
        { at: '2x leadTime', notify: 'warning' },
        { at: '1x leadTime', notify: 'critical' },
        { at: '0h', tier: 'stopped', notify: 'critical' },
      ],
      unreachable: [
        { at: '1h', notify: 'warning' },
        { at: '24h', tier: 'running', notify: 'critical' },
      ],
    },
  },
} as const;
