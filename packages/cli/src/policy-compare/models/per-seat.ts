/** A product that is licensed by seats: who works has one, and a full house costs nobody their work. */
export const PER_SEAT = `# Licensed by seats: whoever works has one. A full house gives the next person the lowest tier, never a closed door.
# Change what is yours: names, numbers, words. \`glidepath policy verify\` says whether the promises below still hold.
apiVersion: glidepath.dev/v1
kind: Policy
metadata: { name: per-seat, title: Licensed by seats }
spec:
  features:
    work:    { title: Work, essential: true }            # essential: no end, silence or full house ever takes it
    share:   { title: Share with others, lost: "Sharing is closed for now; your work is safe. Ask the license owners." }
    speed:   { title: Work at full speed, lost: "Everything works, more slowly for now. Ask the license owners." }
  tiers:                     # best first; a lower one only takes away
    - { name: full,    features: [work, share, speed], limits: { projects: 100 } }
    - { name: reduced, features: [work, share],        limits: { projects: 20 } }
    - { name: basic,   features: [work],               limits: { projects: 5 } }
  plans:
    team:
      tier: full
      term: 1y
      # Three more people for three days when a deadline comes; past them, the tier basic. 20 % of the seats may be promised
      # to people whom nobody has heard from.
      seats: { limit: 25, kind: floating, overage: { seats: 3, for: 72h, again: 30d }, whenFull: basic, offlineBudget: 20% }
      lease: { ttl: 1h, renewAt: 50% }
  glidePath:
    expiry:                  # from the end of the license on; negative is before it
      - { at: -60d, notify: info }
      - { at: -30d, notify: warning }
      - { at: -7d,  notify: critical }
      - { at: 14d,  tier: reduced, notify: critical }
      - { at: 30d,  tier: basic,   notify: critical }
    unreachable:             # since the last signed word from any issuer
      - { at: 1h,   notify: warning }
      - { at: 14d,  tier: reduced, notify: critical }
      - { at: 30d,  tier: basic,   notify: critical }
    seats:                   # share in use; tells, takes nothing
      - { at: 80%,  notify: warning }
      - { at: 100%, notify: critical }
    suspended: [ { at: 0h, notify: critical }, { at: 24h, tier: reduced }, { at: 72h, tier: basic } ]
    revoked:   [ { at: 0h, notify: critical }, { at: 24h, tier: reduced }, { at: 48h, tier: basic } ]
    clock:     [ { at: 10m, notify: warning }, { at: 24h, tier: reduced } ]
  guarantees:                # proved before a version may be published
    - { always: work }
    - { noCliff: 1 }
    - { notice: 30d, before: loss, cause: expiry }
    - { offline: 14d }
    - { revocationBites: 48h }
  tests:
    - name: two weeks late nothing is gone
      given:  { plan: team, expiresIn: -13d }
      expect: { code: ok, tier: full, notify: critical }
    - name: a month late people still work
      given:  { plan: team, expiresIn: -30d }
      expect: { tier: basic, cause: expiry, work: allow, share: deny, speed: deny }
    - name: two weeks of silence cost speed
      given:  { plan: team, unreachableFor: 14d }
      expect: { tier: reduced, cause: unreachable, share: allow, speed: deny }
    - name: the 26th person gets a seat past the limit
      given:  { plan: team, seatsUsed: 25 }
      expect: { seat: overage, notify: critical }
    - name: the 29th works in the tier basic
      given:  { plan: team, seatsUsed: 28, overageFor: 1h }
      expect: { seat: basic }
    - name: a revocation is through after two days
      given:  { plan: team, revokedFor: 48h }
      expect: { tier: basic, cause: revoked, seat: deny, work: allow }
`;
