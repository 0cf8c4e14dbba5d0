import type { ContractCase } from '../contract/test-contract.ts';

export const CASES: readonly ContractCase[] = [
  {
    name: 'an exporter of FlexLM',
    source: [
      '# HELP flexlm_feature_issued Total number of licenses issued labeled by feature name.',
      '# TYPE flexlm_feature_issued gauge',
      'flexlm_feature_issued{app="eda",name="sim"} 16',
      'flexlm_feature_issued{app="eda",name="say \\"x\\" \\\\ =cmd()",} 1e+06',
      'flexlm_feature_used{app="eda",name="sim"} 9 1767225600000',
      'flexlm_feature_used{name="sim",app="cad"} 2',
      'flexlm_feature_expiration_seconds{app="eda",index="1",name="sim"} 1.830297599e+09',
      'flexlm_feature_expiration_seconds{app="eda",index="2",name="sim"} 1.861833599e+09',
      'flexlm_feature_expiration_seconds{app="cad",name="sim"} +Inf',
      'go_gc_duration_seconds{quantile="0"} NaN',
      '',
    ].join('\n'),
    totals: { features: 3, issued: 1000016, used: 11 },
  },
  { name: 'a server of Vault', source: 'vault_core_license_expiration_time_epoch 1830297599\n', totals: { features: 1 } },
  {
    name: 'lines that are none, and one that is cut',
    source:
      'flexlm_feature_issued{name="a"} 4\nflexlm_feature_issued{name="b} 5\nflexlm_feature_issued{name="c"} many\nflexlm_feature_used{name="a"} 12',
    totals: { features: 1, issued: 4, used: 0 },
    unparsed: 3,
  },
  {
    name: 'copies that are not added up, and numbers that are no counts',
    source: [
      'flexlm_feature_issued{name="a",server="1"} 4',
      'flexlm_feature_issued{name="a",server="2"} 4',
      'flexlm_feature_used{name="a"} -1',
      'flexlm_feature_used{name="b"} 1.5',
      'flexlm_feature_expiration_seconds{name="b"} 0',
      '',
    ].join('\n'),
    totals: { features: 2, issued: 0, used: 0 },
    unparsed: 2,
  },
];
