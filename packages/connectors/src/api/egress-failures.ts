/** What the egress says, in the words of a probe. */
import type { EgressReason, ProbeFailureReason } from '@glidepath/core';

export const FAILURE_OF_EGRESS: Readonly<Record<EgressReason, ProbeFailureReason>> = {
  'bad-url': 'bad-settings',
  'bad-request': 'bad-settings',
  'scheme-refused': 'bad-settings',
  'address-refused': 'refused-by-us',
  'secret-host': 'refused-by-us',
  'redirect-refused': 'refused-by-us',
  'name-not-found': 'unreachable',
  'connection-failed': 'unreachable',
  'tls-failed': 'unreachable',
  timeout: 'timeout',
  'too-large': 'too-large',
  'bad-answer': 'unreadable',
};
