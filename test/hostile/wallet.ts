import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { POISON } from './proxy.ts';

/** A wallet that sends rubbish to every endpoint of ours that it can find, and says that all was well. */
export interface HostileWallet {
  readonly url: string;
  /** Statuses of our answers, `closed` where the connection ended instead. */
  readonly answers: readonly (number | 'closed')[];
  close(): Promise<void>;
}

const nested = `${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)}`;
const hugeJwt = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(`{"x":"${'x'.repeat(5_000_000)}"}`).toString('base64url')}.AAAA`;
const proto = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

const BODIES: readonly (readonly [type: string, body: string])[] = [
  [JSON_TYPE, nested],
  [JSON_TYPE, proto],
  [JSON_TYPE, JSON.stringify({ proofs: { jwt: [hugeJwt] }, credential_configuration_id: POISON })],
  [JSON_TYPE, '\u0000\ufffe{'],
  ['text/html', '<script>alert(1)</script>'],
  [POISON.replaceAll(/[^ -~]/gu, ''), ''],
  [FORM, new URLSearchParams({ vp_token: nested, state: POISON }).toString()],
  [FORM, new URLSearchParams({ vp_token: JSON.stringify({ member: [`${hugeJwt}~`], [POISON]: [POISON] }) }).toString()],
  [FORM, new URLSearchParams({ vp_token: proto, response: hugeJwt }).toString()],
  [FORM, 'a=1&'.repeat(200_000)],
  [FORM, new URLSearchParams({ error: POISON, error_description: POISON }).toString()],
  // Over every cap.
  [JSON_TYPE, ' '.repeat(12_000_000)],
];

/** Starts the wallet, whose control interface is `POST /control/open {link}`. */
export async function hostileWallet(): Promise<HostileWallet> {
  const answers: (number | 'closed')[] = [];
  const strike = async (url: string, type: string, body: string): Promise<void> => {
    const init = {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${'x'.repeat(5000)}` },
      body,
    };
    const status = await fetch(url, init).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      () => 'closed' as const,
    );
    answers.push(status);
  };
  const open = async (link: string): Promise<void> => {
    const parameters = new URL(link).searchParams;
    const offer = parameters.get('credential_offer');
    const targets =
      offer === null
        ? [await responseUri(parameters)]
        : ['token', 'credential'].map(
            (path) => `${(JSON.parse(offer) as { credential_issuer: string }).credential_issuer}/${path}`,
          );
    for (const url of targets) for (const [type, body] of BODIES) await strike(url, type, body);
  };
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      await open((JSON.parse(await read(request)) as { link: string }).link);
      response
        .writeHead(200, { 'content-type': JSON_TYPE })
        .end(JSON.stringify({ outcome: 'accepted', detail: POISON }));
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    answers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function responseUri(parameters: URLSearchParams): Promise<string> {
  const given = parameters.get('response_uri');
  if (given !== null) return given;
  const response = await fetch(parameters.get('request_uri') ?? '');
  const jwt = await response.text();
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { response_uri: string };
  return claims.response_uri;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
