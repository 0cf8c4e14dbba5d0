/**
 * Who may follow hints, and about what. A transport that can keep an answer open makes a stream of it; the others answer with
 * what a stream would be about.
 */
import { invariant } from '@glidepath/core';
import { body } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, defineCommand, refuse } from '../../command.ts';

const follow = defineCommand({
  name: 'hint.follow',
  method: 'GET',
  path: '/v1/hints',
  summary: 'Server-sent events that say when there is something new to fetch; losing the stream changes nothing',
  auth: 'license-key',
  query: body({}),
  streams: true,
  answers: {
    200: Type.Object({
      key: Type.String(),
      license: Type.String(),
      environment: Type.String(),
      policy: Type.Union([Type.String(), Type.Null()]),
    }),
  },
  async run({ actor, environment, store }) {
    invariant(actor.kind === 'license-key', 'only a license key follows hints');
    const license = await store.get('license', actor.license);
    if (license === null) return refuse('not-found', 'There is no such license.');
    const policy = license.policyMode === 'follow' ? license.policyName : null;
    return answer(200, { key: actor.id, license: license.id, environment: environment.id, policy });
  },
});

export const HINT_COMMANDS: readonly Command[] = [follow];
