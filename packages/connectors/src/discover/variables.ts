/** Which variables of the environment speak of licences, as data. */

/** Addresses of servers that say by HTTP how their licence stands. */
export interface AddressVariable {
  readonly names: readonly string[];
  readonly kind: string;
  readonly product: string;
  readonly vendor: string;
  /** Hosts of the vendor's own service, where nobody holds a licence of their own. */
  readonly notFor: readonly string[];
}

export const ADDRESS_VARIABLES: readonly AddressVariable[] = [
  { names: ['VAULT_ADDR'], kind: 'vault', product: 'Vault', vendor: 'HashiCorp', notFor: [] },
  { names: ['NOMAD_ADDR'], kind: 'nomad', product: 'Nomad', vendor: 'HashiCorp', notFor: [] },
  { names: ['CONSUL_HTTP_ADDR'], kind: 'consul', product: 'Consul', vendor: 'HashiCorp', notFor: [] },
  {
    names: ['ELASTICSEARCH_URL', 'ELASTICSEARCH_HOSTS', 'ELASTICSEARCH_HOST', 'ES_URL', 'ES_HOST', 'ES_HOSTS', 'ELASTIC_URL'],
    ...{ kind: 'elasticsearch', product: 'Elasticsearch', vendor: 'Elastic', notFor: [] },
  },
  {
    names: ['GITLAB_URL', 'GITLAB_HOST', 'GITLAB_BASE_URL', 'CI_SERVER_URL'],
    kind: 'gitlab',
    product: 'GitLab',
    vendor: 'GitLab',
    notFor: ['gitlab.com'],
  },
  {
    names: ['GH_HOST', 'GITHUB_SERVER_URL', 'GITHUB_ENTERPRISE_URL'],
    ...{ kind: 'github-enterprise', product: 'GitHub Enterprise Server', vendor: 'GitHub', notFor: ['github.com'] },
  },
  { names: ['JETBRAINS_LICENSE_SERVER'], kind: 'jetbrains', product: 'JetBrains License Server', vendor: 'JetBrains', notFor: [] },
  { names: ['SPLUNK_URL', 'SPLUNK_HOST'], kind: 'splunk', product: 'Splunk', vendor: 'Splunk', notFor: [] },
];

/** Servers and files of licence daemons. `_LICENSE_FILE` of any vendor is FlexLM's, `_LICENSE` of any is RLM's. */
export const DAEMON_VARIABLES: readonly { readonly pattern: RegExp; readonly kind: string }[] = [
  { pattern: /^LM_LICENSE_FILE$/, kind: 'flexlm' },
  { pattern: /^RLM_LICENSE$/, kind: 'rlm' },
  { pattern: /^(LMX)_LICENSE_PATH$/, kind: 'lmx' },
  { pattern: /^(ALTAIR)_LICENSE_PATH$/, kind: 'lmx' },
  { pattern: /^(LSTC)_LICENSE_SERVER$/, kind: 'lsdyna' },
  { pattern: /^(DSLS)(?:_LICENSE|_SERVER|_CONFIG)?$/, kind: 'dsls' },
  { pattern: /^DSLICENSE$/, kind: 'dsls' },
  { pattern: /^OLICENSE_(?:SERVER|FILE)$/, kind: 'olicense' },
  { pattern: /^(SPLM|UGS)_LICENSE_SERVER$/, kind: 'flexlm' },
  { pattern: /^([A-Za-z][A-Za-z0-9_]*?)_(?:LICENSE|LIC)_FILE$/, kind: 'flexlm' },
  { pattern: /^([a-z][a-z0-9]*)_LICENSE$/, kind: 'rlm' },
];

/** Paths of licence files, whatever is in them. */
export const PATH_VARIABLE = /^[A-Z][A-Z0-9_]*_LICEN[CS]E_(?:PATH|FILE)$|^GF_ENTERPRISE_LICENSE_PATH$/;
/** A licence itself. */
export const CONTENT_VARIABLE = /LICEN[CS]E/i;
