/** Any exporter in the Prometheus text format: settings choose the metrics, or the names of well-known exporters count. */
import { type Connector, deny, MINUTE, type ProbeOutcome, type ProbeTools } from '@glidepath/core';
import { apiSettings, ask, judged, judgeStatus, nothingRead, type Settings } from '../api/index.ts';
import { KNOWN_METRICS, metricNames, readMetrics } from './license-metrics.ts';

/** Large exporters answer with megabytes. */
const PAGE_MAX_BYTES = 32 * 1024 * 1024;

const METRIC_SETTINGS = [
  ['issued', 'The metric of how many are issued, such as `flexlm_feature_issued`.'],
  ['used', 'The metric of how many are in use, such as `flexlm_feature_used`.'],
  ['expires', 'The metric of when a feature ends, as a Unix time, such as `flexlm_feature_expiration_seconds`.'],
  ['label', 'The label that names the feature, such as `name`; default `feature`.'],
  ['pool', 'A label that tells several series of one feature apart, such as `app`.'],
  ['feature', 'The name of the feature where its series carry no label for it, such as `Vault`.'],
  ['unit', 'The unit of `expires`: `seconds` (default) or `milliseconds`.'],
] as const;

export const prometheusConnector: Connector = {
  kind: 'prometheus',
  title: 'Prometheus exporter',
  settings: [
    ...apiSettings('https://exporter.example.com:9319/metrics', 'a header that the exporter asks for, if any'),
    ...METRIC_SETTINGS.map(([name, about]) => ({ name, type: 'text' as const, required: false, about })),
  ],
  everyAtLeastMs: MINUTE,
  read: async (source) => readMetrics(source, KNOWN_METRICS) ?? nothingRead(source),
  probe,
};

async function probe(settings: Settings, tools: ProbeTools): Promise<ProbeOutcome> {
  const names = metricNames(settings);
  if (typeof names === 'object' && 'problem' in names) return deny('bad-settings', names.problem);
  const answer = await ask(settings, tools, { path: '', headers: { accept: 'text/plain;version=0.0.4' }, maxBytes: PAGE_MAX_BYTES });
  if (!answer.ok) return answer;
  const failure = judgeStatus(answer.value);
  if (failure) return failure;
  const { body } = answer.value;
  return judged(readMetrics(body, names === 'known' ? KNOWN_METRICS : [names]) ?? nothingRead(body));
}
