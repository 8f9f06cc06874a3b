import { expect, it } from 'vitest';
import { utf8 } from '../../../core/http.ts';
import type { HttpClient } from '../../../core/ports.ts';
import { manualClock } from '../../../core/system/clock.ts';
import { seededRandom } from '../../../core/system/random.ts';
import { createFlowContext } from '../../../core/trace/context.ts';
import { createLog } from '../../../core/trace/log.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import type { Session } from '../session.ts';
import { chooseServer } from './metadata.ts';

const ISSUER = 'https://issuer.example/realms/a';

/** Chooses a server on a net that has these documents and nothing else. */
async function choose(documents: Readonly<Record<string, JsonObject>>, issuerMetadata: JsonObject = {}) {
  const clock = manualClock(0, { sleep: 'jump' });
  const asked: string[] = [];
  const http: HttpClient = {
    async send({ url }) {
      asked.push(url);
      const found = documents[url];
      return {
        status: found === undefined ? 404 : 200,
        headers: [['Content-Type', found === undefined ? 'text/html' : 'application/json']],
        body: utf8(found === undefined ? '<h1>Not found</h1>' : JSON.stringify(found)),
      };
    },
  };
  const context = createFlowContext({
    id: 'f1',
    ports: { clock, random: seededRandom('s'), http },
    log: createLog({ real: clock }),
  });
  const session = { context } as unknown as Session;
  const offer = { issuer: ISSUER, configurationIds: [], grants: undefined };
  return { chosen: await chooseServer(session, offer, issuerMetadata, 'pre-authorized_code'), asked };
}

const server = (issuer: string): JsonObject => ({ issuer, token_endpoint: `${issuer}/token` });

it('takes metadata from the place of OpenID Connect where that of RFC 8414 is empty', async () => {
  const url = `${ISSUER}/.well-known/openid-configuration`;
  const { chosen, asked } = await choose({ [url]: server(ISSUER) });
  expect(chosen.metadata).toEqual(server(ISSUER));
  expect(asked).toEqual(['https://issuer.example/.well-known/oauth-authorization-server/realms/a', url]);
});

it('passes over a server that is not there while another is', async () => {
  const second = 'https://second.example';
  const { chosen } = await choose(
    { [`${second}/.well-known/oauth-authorization-server`]: server(second) },
    { authorization_servers: ['https://first.example', second] },
  );
  expect(chosen.server).toBe(second);
});

it('refuses where no server has metadata anywhere', async () => {
  await expect(choose({})).rejects.toMatchObject({ step: 'wallet/as-metadata/status' });
});
