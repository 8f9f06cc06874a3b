import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setGlobalConfig } from '@openid4vc/oauth2';
import type { RequestLike } from '@openid4vc/oauth2';
import { Oauth2ResourceUnauthorizedError, Oauth2ServerErrorResponseError } from '@openid4vc/oauth2';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';

/**
 * What the three peers have in common: an HTTP listener on loopback and the mapping of the packages' errors to responses.
 *
 * Peers are real third-party stacks (`@openid4vc/*`) behind the thinnest glue that makes them answer. The glue adds no
 * check: where a package leaves a decision to its integrator, a comment starting with "Glue decides" says what was done.
 */
export interface Peer {
  /** Origin under which the peer answers; also its Credential Issuer Identifier, if it is an issuer. */
  readonly url: string;
  /** Prefix of the control interface, not part of any protocol. */
  readonly control: string;
  close(): Promise<void>;
}

/** Milliseconds since the epoch; reaches the packages only where their functions take a `now`. */
export interface PeerClock {
  now(): number;
}

export interface PeerOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly clock?: PeerClock;
}

export const systemClock: PeerClock = { now: () => Date.now() };

/** Thrown by glue for things that it does not offer at all, so that they are never taken for a refusal by the package. */
export class NotSupportedError extends Error {}

/** The peers speak plain HTTP on loopback, which the packages refuse unless told otherwise. Process-wide, idempotent. */
export function allowLoopbackHttp(): void {
  setGlobalConfig({ allowInsecureUrls: true });
}

export interface Listener {
  readonly app: Express;
  readonly url: string;
  /** To be called when all routes are added: puts the error handler behind them. */
  readonly seal: () => void;
  readonly close: () => Promise<void>;
}

/**
 * Listens before any route exists, since the routes' URLs hold the port.
 * The name is `localhost`, not an address: `x509_san_dns` needs a DNS name.
 */
export async function listen(port = 0): Promise<Listener> {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.urlencoded({ extended: false, limit: '1mb' }));
  app.use(express.json({ limit: '1mb', type: ['application/json'] }));
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = app.listen(port, 'localhost', (error?: Error) => {
      if (error) reject(error);
      else resolve(listening);
    });
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    app,
    url,
    seal: () => {
      app.use(sendError);
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** A request as the packages want it. The URL is the public one: it is compared with `htu` of DPoP proofs. */
export function requestLike(base: string, request: Request): RequestLike {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') headers.set(name, value);
    else for (const single of value ?? []) headers.append(name, single);
  }
  return { headers, method: request.method as RequestLike['method'], url: `${base}${request.originalUrl}` };
}

/** The body as an object of unknown members; an absent or non-object body is an empty one. */
export function bodyOf(request: Request): Record<string, unknown> {
  const body: unknown = request.body;
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

/** An async handler whose answers are not to be cached; express 5 gives its rejection to the error handler. */
export function handler(work: (request: Request, response: Response) => Promise<void>) {
  return async (request: Request, response: Response): Promise<void> => {
    response.set('Cache-Control', 'no-store');
    await work(request, response);
  };
}

/** Text of an error, on one line and short, for `reason` members of the control interface. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').trim().slice(0, 600);
}

/**
 * Glue decides: an error that is not one of the packages' response errors is a 500, as in any server with a catch-all.
 * It is what an integrator gets when a package throws, for example, a ValidationError out of a verifying function.
 */
function sendError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (response.headersSent) {
    next(error);
    return;
  }
  if (error instanceof Oauth2ServerErrorResponseError) {
    response.status(error.status).json(error.errorResponse);
    return;
  }
  if (error instanceof Oauth2ResourceUnauthorizedError) {
    // Glue decides: the package's value may hold line breaks and other characters that no header can carry (node:http
    // throws at them); they become spaces, so that its refusal arrives.
    response
      .status(401)
      .set('WWW-Authenticate', error.toHeaderValue().replace(/[^\x20-\x7e]+\s*/g, ' '))
      .end();
    return;
  }
  const status = statusOf(error);
  if (status !== undefined) {
    response.status(status).json({ error: 'invalid_request', error_description: reasonOf(error) });
    return;
  }
  response.status(500).json({ error: 'server_error', error_description: reasonOf(error) });
}

/** Status of an error of express's body parsers, which are 4xx. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}
