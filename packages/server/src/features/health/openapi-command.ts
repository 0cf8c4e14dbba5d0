/** The API described by itself: made from the list of commands, so that it cannot lag behind. */
import { openapi } from '@glidepath/protocol';
import { body } from '@glidepath/protocol/http';
import { Type } from 'typebox';
import { answer, type Command, defineCommand } from '../../command.ts';

export function describeCommands(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: 'api.describe',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as OpenAPI 3.1',
    auth: 'none',
    scope: 'control-plane',
    query: body({}),
    answers: { 200: Type.Unknown() },
    run: async ({ world }) => answer(200, openapi(commands(), { version: world.vitals.version })),
  });
}
