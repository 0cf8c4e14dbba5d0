/** What the demo hands to an application that it starts, as JSON in one environment variable. */

export interface ApplicationSettings {
  readonly product: string;
  readonly folder: string;
  readonly server: string;
  readonly licenseKey: string;
  readonly roots: readonly string[];
  readonly features: readonly { readonly name: string; readonly title: string }[];
}

export const SETTINGS_VARIABLE = 'GLIDEPATH_DEMO_APPLICATION';
