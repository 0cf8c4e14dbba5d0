/** Bodies about how an environment treats changes and what it keeps of decisions. */
import { Type } from 'typebox';
import { text, words } from '../schemas/parts.ts';
import { body, Reason, view } from './body-parts.ts';

const Share = (description: string) => Type.Integer({ minimum: 0, maximum: 10_000, description });

const promotion = words(['staged', 'direct']);
const twoPersons = Type.Boolean({ description: 'What puts a version in force for anybody waits for a second person.' });
const massChangeBasisPoints = Share('More of the live licenses than this, suspended or revoked in the window, wait for a second person.');
const massChangeLicensesMin = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Fewer licenses are no mass change.' });
const massChangeWindowMs = Type.Integer({ minimum: 1_000, maximum: 30 * 86_400_000 });
const recording = words(['off', 'sampled', 'full']);
const sampleBasisPoints = Share('Of the decisions, where they are sampled.');

export const SettingsRequest = body(
  {
    promotion: Type.Optional(promotion),
    twoPersons: Type.Optional(twoPersons),
    massChangeBasisPoints: Type.Optional(massChangeBasisPoints),
    massChangeLicensesMin: Type.Optional(massChangeLicensesMin),
    massChangeWindowMs: Type.Optional(massChangeWindowMs),
    recording: Type.Optional(recording),
    sampleBasisPoints: Type.Optional(sampleBasisPoints),
    reason: Reason,
  },
  'What is left out stays as it is.',
);

export const SettingsView = view({
  environment: text('Its name.'),
  ...{ promotion, twoPersons, massChangeBasisPoints, massChangeLicensesMin, massChangeWindowMs, recording, sampleBasisPoints },
});
