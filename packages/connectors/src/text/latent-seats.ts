/**
 * What a license server's own numbers tell about the next start: a feature that has ended, and seats that are all taken.
 *
 * For servers that hand out seats and leave those who hold one alone. Sentences do not depend on the instant asked about, so
 * that the same risk is recognised at another.
 */
import { dateOf, type FeatureReading, type Instant, type LatentRisk, type Snapshot } from '@glidepath/core';

type Risk = Omit<LatentRisk, 'from'>;

/** What would fail if it were done at `at`. */
export function latentSeatsAt({ features }: Snapshot, at: Instant): readonly Risk[] {
  return features.flatMap((feature) => [...ended(feature, at), ...taken(feature)]);
}

function ended({ name, version, expiresAt }: FeatureReading, at: Instant): Risk[] {
  if (expiresAt === null || expiresAt >= at) return [];
  const what = version === null ? name : `${name} ${version}`;
  return [
    {
      act: 'restart',
      reason: `${what} is licensed until ${dateOf(expiresAt)}: after that its license server gives it to nobody who starts anew.`,
    },
  ];
}

function taken({ name, issued, used }: FeatureReading): Risk[] {
  if (issued === null || used === null || issued === 0 || used < issued) return [];
  return [{ act: 'scale-out', reason: `All ${issued} licenses of ${name} are in use: the next one who asks is refused.` }];
}
