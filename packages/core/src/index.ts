/** The pure domain of Glidepath. Nothing here reads a clock, a file, a network or chance: callers hand all of it in. */

export * from './agent/agent-file.ts';
export { type CheckedAgentFile, COMMAND_TIMEOUT_MAX_MS, COMMAND_TIMEOUT_MS, checkAgentFile } from './agent/check-agent-file.ts';
export * from './alert/alert-conditions.ts';
export * from './alert/alert-facts.ts';
export { alertsOf } from './alert/alerts-of.ts';
export { heldPath, type KnownLeadTime, LEAD_TIME_DEFAULT_MS, leadTimeOf, type Stage, stageReached } from './alert/lead-time.ts';
export { EASE_AFTER_MS, type NoticeChanges, noticeChanges, type OpenNotice } from './alert/notice-changes.ts';
export {
  groupNotices,
  MESSAGE_LINES_MAX,
  type NewsKind,
  type NoticeGroup,
  type NoticeLine,
  type NoticeMessage,
  type NoticeNews,
  noticeMessage,
} from './alert/notice-groups.ts';
export { SILENT_INTERVALS } from './alert/probe-alerts.ts';
export { shellWord } from './alert/sentences.ts';
export { type CivilDate, civilFromDays, daysFromCivil, daysInMonth } from './civil.ts';
export { type ComparedNames, comparePolicies, isSamePolicy } from './compare/compare-policies.ts';
export { whatWords } from './compare/difference-sentences.ts';
export { guaranteeSentence } from './compare/guarantee-differences.ts';
export * from './compare/policy-difference.ts';
export { figuresOf } from './compare/policy-figures.ts';
export { exactWords } from './compare/range-words.ts';
export { isInState, isSeenByServer, type LicenseProgress } from './compare/states-of-license.ts';
export { compile, isSameStanding, type Segment, segmentAt, standingAt, type Timeline } from './decision/compile.ts';
export { higherNotify } from './decision/course.ts';
export { decide, NO_TIER } from './decision/decide.ts';
export { decideGiven, type GivenAnswer, situationOf } from './decision/decide-given.ts';
export * from './decision/decision.ts';
export { decisionFor, decisionsFor, holderRemoved, limitsOf, noSignedWord, type Origin } from './decision/decision-for.ts';
export { type Difference, differencesOf, type Expected, parseExpect } from './decision/expect.ts';
export { type Contribution, explain } from './decision/explain.ts';
export { type Given, parseGiven } from './decision/given.ts';
export { pathTerms, termsOf } from './decision/path.ts';
export { type PolicyTestResult, runPolicyTests } from './decision/run-policy-tests.ts';
export { type SeatAnswer, type SeatSituation, seatFor } from './decision/seat-for.ts';
export { isShareReached } from './decision/shares.ts';
export * from './decision/terms.ts';
export { problemsOf, type WordProblem } from './decision/word-problem.ts';
export { type CheckedDrill, checkDrill } from './drill/check-drill.ts';
export * from './drill/drill.ts';
export {
  type ExhaustionOutlook,
  exhaustionOutlook,
  FORECAST_DAYS_MIN,
  FORECAST_HORIZON_MS,
  FORECAST_STALE_MS,
  FORECAST_WINDOW_MS,
  type Forecast,
  forecastExhaustion,
  type PeakSample,
} from './forecast/forecast.ts';
export { dateOf, durationWords, formatInstant } from './format-instant.ts';
export { type CheckedInventory, checkInventory } from './inventory/check-inventory.ts';
export { DATE_PATTERN, formatDate, parseDate, type WrittenDate } from './inventory/dates.ts';
export * from './inventory/document.ts';
export { inventoryName, inventoryText } from './inventory/from-text.ts';
export { CUSTODY_SCHEMES, LOCAL_SCHEMES, looksLikeSecret, REFERENCE_LENGTH_MAX } from './inventory/reference.ts';
export { COST_MAX, COST_PERIODS, CURRENCY_PATTERN, EVERY_MS, INVENTORY_ITEMS_MAX, QUORUM_MAX } from './inventory/shape.ts';
export { type InventoryTree, inventoryTree } from './inventory/tree.ts';
export {
  INVENTORY_REMARKS,
  INVENTORY_VIOLATIONS,
  type InventoryRemarkCode,
  type InventoryViolationCode,
} from './inventory/violation.ts';
export { bootstrapClaims, type LicenseFacts, leaseClaims, verdictClaims, type WordIdentity } from './lease/claims.ts';
export { judgeAcquire } from './lease/judge-acquire.ts';
export { judgeRelease } from './lease/judge-release.ts';
export { judgeRenew } from './lease/judge-renew.ts';
export { paceRenewal, type RenewalPace } from './lease/pace-renewal.ts';
export { type QuotaFacts, quotaClaims } from './lease/quota-claims.ts';
export { reap } from './lease/reap.ts';
export { type HolderMoved, readmitHolder, releaseHolder, removeHolder } from './lease/remove-holder.ts';
export * from './lease/seat-decision.ts';
export {
  floorTier,
  isCounted,
  isLapsed,
  isLive,
  mayReapAt,
  REAP_MARGIN_MS,
  seatLimit,
  tierOfLease,
  UNTIL_REASSIGNED,
} from './lease/seat-rules.ts';
export * from './lease/seats-turn.ts';
export * from './lease/words.ts';
export type { ChangeContext, LicenseChange, LicenseReason } from './license/change.ts';
export { reinstate, revoke, type StatusChange, suspend } from './license/change-status.ts';
export { changeTerms, followPolicy, type Renewal, renew, type TermsChange } from './license/change-terms.ts';
export { type Issued, type IssueRequest, issue } from './license/issue.ts';
export { isMassChange, recentChanges } from './license/mass-change.ts';
export { observedByServer } from './license/observed.ts';
export { releaseQuarantine } from './license/release-quarantine.ts';
export { restate, type StatedTerms, startBefore } from './license/restate.ts';
export * from './license/status.ts';
export { type BalanceFacts, balanceKey, balanceKeys, isSnapshotOf, meterKeys, termSpan } from './meter/balance-keys.ts';
export { balanceOf, compareEvents, isWithin, openFold, type UsageFold } from './meter/fold-usage.ts';
export * from './meter/judge-usage.ts';
export { AMOUNT_MAX, fromMicros, toMicros } from './meter/micros.ts';
export { instantOf, offsetAt, wallAt } from './meter/time-zone.ts';
export { END_OF_TIME, type MeterWindow, type TermSpan, type WindowRule, windowAt } from './meter/window-at.ts';
export { type Judged, judgeMutant } from './mutation/judge-mutant.ts';
export { type Mutant, mutantsOf } from './mutation/mutants.ts';
export { oneLine } from './one-line.ts';
export * from './owners/owners-standing.ts';
export { type CheckedPolicy, checkPolicy, policyDespite, VIOLATIONS_MAX } from './policy/check-policy.ts';
export { AGGREGATES, ANCHORS, API_VERSION, ITEMS_MAX, PLAN_DEFAULTS, WINDOW_UNITS } from './policy/document.ts';
export { LEAD_TIMES_PATTERN, QUOTA_PATHS_MAX, RUNGS_MAX, SEVERITIES } from './policy/document-path.ts';
export { GROUP_LENGTH_MAX, PLAN_ITEMS_MAX, RENEW_AT_PERCENT_MAX, SEAT_KINDS } from './policy/document-plan.ts';
export { GUARANTEE_KINDS, PROMISE_ITEMS_MAX } from './policy/document-promise.ts';
export * from './policy/durations.ts';
export { HELD_POLICY_DOCUMENT } from './policy/held.ts';
export { DEPTH_MAX, NODES_MAX, notJson } from './policy/json-tree.ts';
export * from './policy/lookup.ts';
export * from './policy/names.ts';
export { nearest } from './policy/nearest.ts';
export * from './policy/policy.ts';
export { describe as describeValue, shown } from './policy/reading.ts';
export { exactTimeZone, parseWindow, type RenewalWindow, WINDOW_PATTERN } from './policy/time-zones.ts';
export { COUNT_MAX, TEXT_LENGTH_MAX } from './policy/values.ts';
export { POLICY_VIOLATIONS, type PolicyViolationCode, type ViolationCode } from './policy/violation.ts';
export { type Coverage, type CoveredRung, type CoveredTier, coverageOf } from './policy-tests/coverage.ts';
export { type GivenWords, type SuggestedTest, testOf } from './policy-tests/given-words.ts';
export * from './ports/connector.ts';
export * from './ports/egress.ts';
export * from './ports/held-records.ts';
export * from './ports/policy-records.ts';
export * from './ports/records.ts';
export * from './ports/store.ts';
export * from './ports/world.ts';
export * from './probe/breaker.ts';
export { compareSnapshots, type FeatureKey, featureKey, type SnapshotChange } from './probe/compare-snapshots.ts';
export { type LatentAt, latentRisks } from './probe/latent-risks.ts';
export * from './probe/pace.ts';
export { failureOf, PROBE_FAILURES, type ProbeFailure } from './probe/probe-failures.ts';
export * from './probe/server-verdict.ts';
export * from './probe/snapshot.ts';
export * from './proof/proof.ts';
export { PROOF_RULES, type ProofRuleMeaning } from './proof/proof-rules.ts';
export { type ProvedDocument, proveDocument } from './proof/prove-document.ts';
export { PROOF_POINTS_MAX, proofSize, provePolicy, statesOf } from './proof/prove-policy.ts';
export * from './result.ts';
export * from './rollout/compare-observed.ts';
export * from './rollout/difference-groups.ts';
export { judgeRollout, sumCounts, type Trip } from './rollout/judge.ts';
export { type Asked, observe } from './rollout/observe.ts';
export { decodeObserved, encodeObserved, type ObservedChunkBody } from './rollout/observed-codec.ts';
export * from './rollout/observed-decision.ts';
export { observedSituation } from './rollout/observed-situation.ts';
export { digestInForce, NO_CANDIDATE, policyUsed } from './rollout/policy-used.ts';
export { createReplayer, type Replayed, type Replayer } from './rollout/replay.ts';
export * from './rollout/rollout.ts';
export { SETTINGS_DEFAULT, type Settings, settingsOf } from './rollout/settings.ts';
export * from './rollout/stages.ts';
export * from './runway/runway.ts';
export * from './runway/runway-facts.ts';
export { compareRunways, runwayMs, runwayOf } from './runway/runway-of.ts';
export * from './time.ts';
