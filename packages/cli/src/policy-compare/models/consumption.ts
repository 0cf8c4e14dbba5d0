/** A service that is licensed by use: nobody has a seat, and past the quota it slows down step by step. */
export const CONSUMPTION = `# Licensed by use: calls per month and stored gigabytes. Past the quota the service slows down step by step; what is stored
# can always be read and taken out. Change what is yours; \`glidepath policy verify\` says whether the promises still hold.
apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: consumption, title: Licensed by use }
spec:
  features:
    read:   { title: Read, essential: true }             # essential: no end, silence or quota ever takes it
    export: { title: Take all data out, essential: true }
    write:  { title: Write, lost: "Writing is paused: the agreed use is exceeded. Reading works; ask the account owners." }
    stream: { title: Event stream, lost: "The event stream is closed for now; poll instead. Ask the account owners." }
  meters:                    # sum, max, last or unique, per hour, day, week, month or term
    calls:   { unit: call, aggregate: sum, window: month, timeZone: UTC, anchor: calendar }
    storage: { unit: GB,   aggregate: max, window: day,   timeZone: UTC, anchor: calendar }
  tiers:                     # best first; a lower one only takes away
    - { name: full,      features: [read, export, write, stream], limits: { calls-per-second: 1000 } }
    - { name: throttled, features: [read, export, write],         limits: { calls-per-second: 100 } }
    - { name: read-only, features: [read, export],                limits: { calls-per-second: 10 } }
  plans:
    standard:
      tier: full
      term: 1y
      # A holder that cannot ask may use one per cent of the calls by itself.
      quotas: { calls: { limit: 10000000, offlineSlice: 1% }, storage: { limit: 500 } }
      lease: { ttl: 15m, renewAt: 50% }
  glidePath:
    expiry:                  # from the end of the license on; negative is before it
      - { at: -60d, notify: info }
      - { at: -30d, notify: warning }
      - { at: -7d,  notify: critical }
      - { at: 7d,   tier: throttled, notify: critical }
      - { at: 30d,  tier: read-only, notify: critical }
    unreachable:             # since the last signed word from any issuer
      - { at: 1h,   notify: warning }
      - { at: 7d,   tier: throttled, notify: critical }
      - { at: 30d,  tier: read-only, notify: critical }
    quota:                   # share of the limit that is used
      calls:
        - { at: 80%,  notify: warning }
        - { at: 100%, notify: critical }
        - { at: 120%, tier: throttled, notify: critical }
        - { at: 200%, tier: read-only, notify: critical }
      storage:
        - { at: 90%,  notify: warning }
        - { at: 100%, notify: critical }
    suspended: [ { at: 0h, notify: critical }, { at: 24h, tier: throttled }, { at: 72h, tier: read-only } ]
    revoked:   [ { at: 0h, notify: critical }, { at: 24h, tier: throttled }, { at: 48h, tier: read-only } ]
    clock:     [ { at: 10m, notify: warning }, { at: 24h, tier: throttled } ]
  guarantees:                # proved before a version may be published
    - { always: read }
    - { always: export }
    - { noCliff: 1 }
    - { notice: 30d, before: loss, cause: expiry }
    - { offline: 7d }
    - { revocationBites: 48h }
  tests:
    - name: within the quota nothing is said and nothing is lost
      given:  { plan: standard, usage: { calls: 7999999 } }
      expect: { code: ok, tier: full, notify: none, seat: null }
    - name: at the quota somebody is told and nobody loses anything
      given:  { plan: standard, usage: { calls: 10000000 } }
      expect: { tier: full, notify: critical }
    - name: a fifth past the quota the stream goes
      given:  { plan: standard, usage: { calls: 12000000 } }
      expect: { tier: throttled, cause: quota, stream: deny, write: allow }
    - name: at twice the quota data can be read and taken out
      given:  { plan: standard, usage: { calls: 20000000 } }
      expect: { tier: read-only, read: allow, export: allow, write: deny }
    - name: full disks alone take nothing
      given:  { plan: standard, usage: { storage: 900 } }
      expect: { tier: full, notify: critical }
    - name: a month late data can be read and taken out
      given:  { plan: standard, expiresIn: -30d }
      expect: { tier: read-only, cause: expiry, export: allow }
`;
