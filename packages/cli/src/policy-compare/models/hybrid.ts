/** A product that is licensed by seats and by use: people have seats, machines have minutes. */
export const HYBRID = `# Licensed by seats and by use: people have seats, machines have minutes. Whichever is worse counts, and never more than one
# tier at a time. Change what is yours; \`glidepath policy verify\` says whether the promises below still hold.
apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: hybrid, title: Licensed by seats and use }
spec:
  features:
    edit:     { title: Edit and save, essential: true }  # essential: no end, silence, full house or quota ever takes it
    run-jobs: { title: Run jobs, essential: true }
    parallel: { title: Jobs at the same time, lost: "Jobs run one at a time for now. Ask the license owners." }
    cache:    { title: Shared cache, lost: "Jobs start without the shared cache for now. Ask the license owners." }
  meters:
    job-minutes: { unit: min, aggregate: sum, window: month, timeZone: UTC, anchor: calendar }
  tiers:                     # best first; a lower one only takes away
    - { name: full,    features: [edit, run-jobs, cache, parallel], limits: { jobs: 32 } }
    - { name: reduced, features: [edit, run-jobs, cache],           limits: { jobs: 4 } }
    - { name: basic,   features: [edit, run-jobs],                  limits: { jobs: 1 } }
  plans:
    team:                    # a seat belongs to a person; leaving staff hand theirs on
      tier: full
      term: 1y
      seats:  { limit: 50, kind: named, overage: { seats: 5, for: 7d, again: 90d }, whenFull: basic, reassign: { count: 10, per: 30d }, offlineBudget: 20% }
      quotas: { job-minutes: { limit: 200000, offlineSlice: 2% } }
      lease:  { ttl: 4h, renewAt: 50% }
  glidePath:
    expiry:                  # from the end of the license on; negative is before it
      - { at: -90d, notify: info }
      - { at: -30d, notify: warning }
      - { at: -7d,  notify: critical }
      - { at: 14d,  tier: reduced, notify: critical }
      - { at: 45d,  tier: basic,   notify: critical }
    unreachable:             # since the last signed word from any issuer
      - { at: 8h,   notify: warning }
      - { at: 21d,  tier: reduced, notify: critical }
      - { at: 60d,  tier: basic,   notify: critical }
    seats:                   # share in use; tells, takes nothing
      - { at: 80%,  notify: warning }
      - { at: 100%, notify: critical }
    quota:                   # share of the minutes that is used
      job-minutes:
        - { at: 80%,  notify: warning }
        - { at: 100%, notify: critical }
        - { at: 125%, tier: reduced, notify: critical }
    suspended: [ { at: 0h, notify: critical }, { at: 48h, tier: reduced }, { at: 7d, tier: basic } ]
    revoked:   [ { at: 0h, notify: critical }, { at: 24h, tier: reduced }, { at: 72h, tier: basic } ]
    identity:  [ { at: 0h, notify: warning }, { at: 14d, tier: reduced } ]
    clock:     [ { at: 10m, notify: warning }, { at: 72h, tier: reduced } ]
  guarantees:                # proved before a version may be published
    - { always: edit }
    - { always: run-jobs }
    - { always: cache, unless: [expiry, unreachable, seats, suspended, revoked] }
    - { noCliff: 1 }
    - { notice: 30d, before: loss, cause: expiry }
    - { offline: 21d }
    - { revocationBites: 72h }
  tests:
    - name: three weeks of silence but a day cost nothing
      given:  { plan: team, unreachableFor: 20d }
      expect: { code: ok, tier: full, notify: warning }
    - name: a quarter past the minutes jobs run in turn
      given:  { plan: team, usage: { job-minutes: 250000 } }
      expect: { tier: reduced, cause: quota, parallel: deny, cache: allow }
    - name: whichever is worse counts
      given:  { plan: team, expiresIn: -45d, usage: { job-minutes: 250000 } }
      expect: { tier: basic, cause: expiry, edit: allow, run-jobs: allow }
    - name: the 51st person gets a seat past the limit
      given:  { plan: team, seatsUsed: 50 }
      expect: { seat: overage }
    - name: the 56th edits and runs one job
      given:  { plan: team, seatsUsed: 55, overageFor: 1d }
      expect: { seat: basic }
    - name: two weeks late jobs run in turn
      given:  { plan: team, expiresIn: -14d }
      expect: { tier: reduced, cause: expiry, next: { cause: expiry, tier: basic } }
`;
