/** A product that is licensed by what it can do: three editions of one policy, without seats and without meters. */
export const FEATURE = `# Licensed by features: three editions, each a plan that begins at its own tier. No seats, no meters: what is sold is what the
# product can do. Change what is yours; \`glidepath policy verify\` says whether the promises below still hold.
apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: feature, title: Licensed by features }
spec:
  features:
    run:      { title: Run, essential: true }            # essential: no end and no silence ever takes it
    reports:  { title: Reports, lost: "Reports are closed for now; nothing is lost. Ask the license owners." }
    sso:      { title: Single sign-on, essential: true }
    insights: { title: Insights, lost: "Insights are closed for now. Ask the license owners." }
  tiers:                     # best first; a lower one only takes away
    - { name: enterprise, features: [run, sso, reports, insights], limits: { retention-days: 365 } }
    - { name: pro,        features: [run, sso, reports],           limits: { retention-days: 90 } }
    - { name: core,       features: [run, sso],                    limits: { retention-days: 30 } }
  plans:                     # an edition is a plan: it begins at its tier and goes down from there
    enterprise: { tier: enterprise, term: 1y, lease: { ttl: 24h, renewAt: 50% } }
    pro:        { tier: pro,        term: 1y, lease: { ttl: 24h, renewAt: 50% } }
    core:       { tier: core,       term: 1y, lease: { ttl: 24h, renewAt: 50% } }
  glidePath:
    expiry:                  # from the end of the license on; negative is before it
      - { at: -60d, notify: info }
      - { at: -30d, notify: warning }
      - { at: -7d,  notify: critical }
      - { at: 14d,  tier: pro,  notify: critical }
      - { at: 45d,  tier: core, notify: critical }
    unreachable:             # since the last signed word from any issuer: an edition is checked seldom, so silence is cheap
      - { at: 48h,  notify: warning }
      - { at: 30d,  tier: pro,  notify: critical }
      - { at: 90d,  tier: core, notify: critical }
    suspended: [ { at: 0h, notify: critical }, { at: 48h, tier: pro }, { at: 7d, tier: core } ]
    revoked:   [ { at: 0h, notify: critical }, { at: 24h, tier: pro }, { at: 72h, tier: core } ]
    clock:     [ { at: 10m, notify: warning }, { at: 72h, tier: pro } ]
  guarantees:                # proved before a version may be published
    - { always: run }
    - { always: sso }
    - { noCliff: 1 }
    - { notice: 30d, before: loss, cause: expiry }
    - { offline: 30d }
    - { revocationBites: 72h }
  tests:
    - name: each edition has what it is sold for
      given:  { plan: pro }
      expect: { code: ok, tier: pro, reports: allow, insights: deny, seat: null }
    - name: two weeks late the best edition is the next one
      given:  { plan: enterprise, expiresIn: -14d }
      expect: { tier: pro, cause: expiry, insights: deny, reports: allow }
    - name: and the next one loses nothing yet
      given:  { plan: pro, expiresIn: -14d }
      expect: { code: ok, tier: pro, notify: critical }
    - name: the smallest edition has nothing to lose
      given:  { plan: core, expiresIn: -1y }
      expect: { code: ok, tier: core, run: allow, next: null }
    - name: a month of silence costs the best edition its insights
      given:  { plan: enterprise, unreachableFor: 30d }
      expect: { tier: pro, cause: unreachable, sso: allow }
    - name: three months of silence leave what is essential
      given:  { plan: enterprise, unreachableFor: 90d }
      expect: { tier: core, run: allow, sso: allow, reports: deny }
`;
