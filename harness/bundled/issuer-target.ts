import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import type { ServerMock } from '../../core/flow.ts';
import type { Issuer } from '../../mocks/contracts.ts';
import { createIssuer } from '../../mocks/issuer/issuer.ts';
import { recorded } from '../../mocks/http/router.ts';
import { DEFAULT_CLIENT_ID } from '../../mocks/wallet/issuance/flow.ts';
import type { Configuration } from '../configuration/types.ts';
import { ControlError, controlInterface } from './control.ts';
import { openGround } from './ground.ts';
import type { BundledOptions, BundledTarget } from './options.ts';
import { ISSUANCE_MEMBERS, readWish, wishTemplate } from './wish.ts';

/**
 * The mock issuer as a target over HTTP. `POST /control/offer` with the members of a wish ({grant, txCode, offer, deferred …}) answers
 * `{offer, tx_code?}`; `GET /control/issued` lists what was issued. `wrap` puts something in front of the mock.
 */
export async function startIssuerTarget(
  options: BundledOptions,
  wrap: (mock: Issuer) => ServerMock = (mock) => mock,
): Promise<BundledTarget> {
  const ground = await openGround(options);
  const context = ground.context('issuer');
  const issuer = createIssuer(
    {
      base: `${ground.url}/issuer`,
      identity: ground.identities.issuer,
      trust: ground.trustIn({ anyIssuer: true }),
      credentialTypes: options.profile.credentialTypes,
      variant: { kind: 'issuance', grant: 'pre-authorized_code' },
      links: { offer: options.profile.links.offer[0] ?? 'openid-credential-offer://' },
    },
    context,
  );
  ground.routes.mount(issuer.base, recorded(wrap(issuer), context, 'wallet'));
  ground.routes.mount(
    '/control',
    controlInterface({
      'POST /offer': async (body) => {
        const read = readWish<IssuanceVariant>(body, ISSUANCE_MEMBERS);
        if ('problem' in read) throw new ControlError(400, 'invalid_request', read.problem);
        const { link, txCode } = await issuer.createOffer(read.wish);
        return { offer: link, ...(txCode === undefined ? {} : { tx_code: txCode }) };
      },
      'GET /issued': async () =>
        issuer.issued.map(({ configurationId, format, credential }) => ({ configurationId, format, credential })),
    }),
  );
  return ground.target(issuerConfiguration(ground.url, [ground.identities.issuer.ca]));
}

/** The public configuration of an issuer with the control interface of this file. */
export function issuerConfiguration(url: string, anchors: readonly string[]): Configuration {
  return {
    target: {
      name: 'bundled issuer',
      credentialIssuer: `${url}/issuer`,
      // Any client whose certificate it trusts is registered there.
      clientId: DEFAULT_CLIENT_ID,
      driver: {
        type: 'http',
        offer: { method: 'POST', url: `${url}/control/offer`, body: wishTemplate(ISSUANCE_MEMBERS) },
        answer: { link: '/offer', txCode: '/tx_code' },
      },
    },
    trust: { anchors },
    // Nobody else uses it: nothing can be locked that matters.
    allow: ['may-lock'],
  };
}
