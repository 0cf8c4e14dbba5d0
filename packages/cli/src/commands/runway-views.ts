/** Answers about runways, held licenses, probes and agents as this command reads them: the fields that it shows. */

export interface OwnersShown {
  readonly team: string | null;
  readonly people: readonly { readonly name: string; readonly email: string | null }[];
}

export interface RunwayAnswer {
  readonly id: string;
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly state: 'latent' | 'dated' | 'open' | 'unknown';
  readonly endsAt: number | null;
  readonly evidence: string;
  readonly runwayMs: number | null;
  readonly owners: OwnersShown;
}

export interface ObservationAnswer {
  readonly agent: string;
  readonly failure: string | null;
  readonly message: string | null;
  readonly okAt: number | null;
  readonly unparsed: number;
  readonly features: readonly {
    readonly name: string;
    readonly version: string | null;
    readonly issued: number | null;
    readonly used: number | null;
    readonly expiresAt: number | null;
  }[];
}

export interface HeldAnswer {
  readonly license: string;
  readonly name: string;
  readonly product: string;
  readonly vendor: string;
  readonly contract: {
    readonly id: string | null;
    readonly expiresAt: number | null;
    readonly noticeDeadlineAt: number | null;
    readonly terminatesAt: number | null;
    readonly autoRenew: 'yes' | 'no' | 'unknown';
    readonly cost: { readonly amount: number; readonly currency: string; readonly per: string } | null;
    readonly graceMs: number | null;
  };
  readonly leadTime: readonly { readonly name: string; readonly ms: number }[];
  readonly owners: OwnersShown;
  readonly custody: string | null;
  readonly runsOn: readonly string[];
  readonly dependents: readonly string[];
  readonly foundIn: string | null;
  readonly watches: readonly { readonly probe: string; readonly feature: string | null; readonly observed: readonly ObservationAnswer[] }[];
  readonly runway: { readonly state: string; readonly endsAt: number | null; readonly evidence: string } | null;
}

export interface ProbeAnswer {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly everyMs: number;
  readonly appliedAt: number;
  readonly readings: readonly {
    readonly agent: string;
    readonly failure: string | null;
    readonly message: string | null;
    readonly okAt: number | null;
    readonly features: number;
    readonly unparsed: number;
  }[];
  readonly servers: readonly { readonly name: string; readonly state: string; readonly message: string }[];
}

export interface AgentAnswer {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly disabledAt: number | null;
  readonly seenAt: number | null;
  readonly dropped: number;
}
