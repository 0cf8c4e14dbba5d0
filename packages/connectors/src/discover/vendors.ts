/** Whose it is, guessed from the names that vendors gave their daemons, variables and issuers. A guess, and shown as found. */

/** By vendor daemon of FlexLM and RLM, lower case; the prefix of `…_LICENSE_FILE` is usually the same word. */
const BY_DAEMON: Readonly<Record<string, string>> = {
  mlm: 'MathWorks',
  ansyslmd: 'Ansys',
  snpslmd: 'Synopsys',
  cdslmd: 'Cadence',
  cds: 'Cadence',
  mgcld: 'Siemens EDA',
  mgls: 'Siemens EDA',
  saltd: 'Siemens EDA',
  ugslmd: 'Siemens',
  splm: 'Siemens',
  xilinxd: 'AMD',
  alterad: 'Intel',
  intel: 'Intel',
  lm_intel: 'Intel',
  armlmd: 'Arm',
  adskflex: 'Autodesk',
  abaquslm: 'Dassault Systèmes',
  sw_d: 'Dassault Systèmes',
  lmcomsol: 'COMSOL',
  ptc_d: 'PTC',
  msc: 'Hexagon',
  pgroupd: 'NVIDIA',
  nvidia: 'NVIDIA',
  altair: 'Altair',
  altair_lic: 'Altair',
  mosek: 'MOSEK',
  moseklm: 'MOSEK',
  grb: 'Gurobi',
  keysight: 'Keysight',
  agileesofd: 'Keysight',
  schrod: 'Schrödinger',
  foundry: 'Foundry',
  lstc: 'Ansys (LS-DYNA)',
  star: 'Siemens (STAR-CCM+)',
  cdlmd: 'Siemens (STAR-CCM+)',
  idl_lmgrd: 'NV5',
  arcgis: 'Esri',
  rlm: 'Reprise',
  lmx: 'X-Formation',
};

/** The vendor of a daemon or variable prefix; the word itself where it is unknown. */
export function vendorOf(word: string): string {
  return BY_DAEMON[word.toLowerCase()] ?? word;
}

/** The vendor behind an issuer of tokens, by its host's last two labels. */
export function vendorOfIssuer(issuer: unknown): string | null {
  if (typeof issuer !== 'string' || issuer === '') return null;
  const host = URL.canParse(issuer) ? new URL(issuer).hostname : issuer;
  return host.split('.').slice(-2).join('.').slice(0, 60) || null;
}
