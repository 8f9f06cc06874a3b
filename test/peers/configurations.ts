import { preAuthorizedCodeGrantIdentifier } from '@openid4vc/oauth2';
import type { Profile } from '../../core/contracts/profile.ts';
import type { Configuration } from '../../harness/configuration/types.ts';
import { QUERY_NAMES, queryNamed } from '../../suites/queries.ts';
import type { IssuerPeer } from './issuer.ts';
import { badge, deferredBadge } from './issuer.ts';
import type { Peer } from './peer.ts';
import type { VerifierPeer } from './verifier.ts';

/** The public configurations of the three peers, as their operator would write them. */

export function issuerPeerConfiguration({ url, control, anchor }: IssuerPeer): Configuration {
  return {
    target: {
      name: 'peer issuer',
      credentialIssuer: url,
      driver: {
        type: 'http',
        offer: {
          method: 'POST',
          url: `${control}/offer`,
          body: { grant: '{grant}', txCode: '{txCode}', by: '{offer}', configuration: '{deferred}' },
        },
        answer: { link: '/offer', txCode: '/tx_code' },
        values: {
          grant: { 'pre-authorized_code': preAuthorizedCodeGrantIdentifier },
          offer: { 'by-reference': 'reference', default: 'value' },
          deferred: { true: deferredBadge, default: badge },
        },
        supports: { offer: ['by-value', 'by-reference'], dpopNonce: [false], status: [false] },
      },
    },
    trust: { anchors: [anchor] },
  };
}

export function verifierPeerConfiguration({ control, anchor }: VerifierPeer, profile: Profile): Configuration {
  const queries = Object.fromEntries(QUERY_NAMES.map((name) => [name, queryNamed(name, profile)]));
  const transaction = Buffer.from(
    JSON.stringify({ type: 'urn:example:payment', credential_ids: ['card'], amount: '100 TWD' }),
  ).toString('base64url');
  return {
    target: {
      name: 'peer verifier',
      driver: {
        type: 'http',
        request: {
          method: 'POST',
          url: `${control}/request`,
          body: {
            response_mode: '{responseMode}',
            client_id_prefix: '{clientIdPrefix}',
            request_uri_method: '{request}',
            query: '{query}',
            transaction_data: '{transactionData}',
          },
        },
        answer: { link: '/link', id: '/id' },
        result: {
          url: `${control}/result/{id}`,
          answer: { outcome: '/status', detail: '/reason', claims: '/credentials' },
          interval: 100,
        },
        values: {
          request: { 'uri-post': 'post', default: 'get' },
          query: { ...queries, default: queryNamed(undefined, profile) },
          transactionData: { true: [transaction] },
        },
        supports: {
          request: ['uri-get', 'uri-post'],
          clientIdPrefix: ['x509_san_dns', 'x509_hash', 'decentralized_identifier', 'redirect_uri'],
          responseMode: ['direct_post', 'direct_post.jwt'],
          redirectUri: [false],
          oddities: [false],
        },
      },
    },
    trust: { anchors: [anchor] },
  };
}

export function walletPeerConfiguration({ control }: Peer): Configuration {
  return {
    target: {
      name: 'peer wallet',
      driver: {
        type: 'http',
        open: {
          method: 'POST',
          url: `${control}/open`,
          body: { link: '{link}', tx_code: '{txCode}' },
          timeoutMs: 20_000,
        },
        answer: { outcome: '/outcome', detail: '/reason' },
        // Its glue calls so what ended with an error of the other side.
        outcomes: { error: 'refused' },
      },
      concurrency: 4,
      // What its stack has, and what no package of it has.
      features: {
        'transaction-data': true,
        'authorization-details': false,
        'client-attestation': false,
        'attested-keys': false,
        'attestation-proof': false,
        'request-encryption': false,
        'response-encryption': false,
      },
    },
  };
}
