import type { DriverContext, IssuerDriver, OfferMade } from '../../core/contracts/driver.ts';
import { DriverError } from '../../core/contracts/driver.ts';
import type { IssuanceVariant } from '../../core/contracts/variant.ts';
import { member, obj, readJson } from '../../protocol/json.ts';
import { readLink } from '../../protocol/links.ts';
import { param } from '../../protocol/oauth.ts';
import type { IssuerDriverConfig, OfferAnswer, StaticOffer, WishLimits, WishNames } from '../configuration/types.ts';
import { DEFAULT_POINTERS, linkIn, textIn } from './answers.ts';
import { runCommand } from './command-call.ts';
import { sendCall } from './http-call.ts';
import { beyondLimits, wishValues } from './template.ts';
import type { Values } from './template.ts';
import type { Throttle } from './throttle.ts';

type Config<Type extends string> = Extract<IssuerDriverConfig, { readonly type: Type }>;

/** Offers from a list, each used once. */
export function staticIssuerDriver(config: Config<'static'>): IssuerDriver {
  const left = config.offers.map((offer) => describe(typeof offer === 'string' ? { link: offer } : offer));
  return {
    role: 'issuer',
    offer: async (wish) => {
      const index = left.findIndex((offer) => fits(offer, wish));
      const found = left[index];
      if (found === undefined) {
        const kind = `${wish.grant}${wish.txCode === true ? ' with transaction code' : ''}`;
        throw new DriverError('unsupported', `no unused offer for ${kind} is left in the configuration`);
      }
      if (found.reusable !== true) left.splice(index, 1);
      return { link: found.link, ...(found.txCode === undefined ? {} : { txCode: found.txCode }) };
    },
  };
}

interface DescribedOffer extends StaticOffer {
  /** What the link itself says of its grants; undefined if it says nothing (offer by reference). */
  readonly grants?: Readonly<Record<string, unknown>>;
}

const PRE_AUTHORIZED = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

function describe(offer: StaticOffer): DescribedOffer {
  const value = param(readLink(offer.link), 'credential_offer');
  const grants = value === undefined ? undefined : obj(readJson(value).value, 'grants');
  return grants === undefined ? offer : { ...offer, grants };
}

function fits(offer: DescribedOffer, wish: IssuanceVariant): boolean {
  const byReference = /[?&]credential_offer_uri=/.test(offer.link);
  if (wish.offer === 'none' || (wish.offer === 'by-reference') !== byReference) return false;
  if (wish.grant === 'authorization_code') {
    return offer.grants === undefined ? offer.grant === wish.grant : 'authorization_code' in offer.grants;
  }
  if (offer.grant !== undefined && offer.grant !== wish.grant) return false;
  if (offer.grants !== undefined && !(PRE_AUTHORIZED in offer.grants)) return false;
  const wantsCode = offer.grants !== undefined && member(offer.grants[PRE_AUTHORIZED], 'tx_code') !== undefined;
  return (wish.txCode === true) === (wantsCode || offer.txCode !== undefined);
}

/** Offers from the target's own HTTP interface. */
export function httpIssuerDriver(config: Config<'http'>): IssuerDriver {
  return {
    role: 'issuer',
    offer: async (wish, context) =>
      readOffer(await sendCall(config.offer, wishOf(wish, config), context), config.answer),
  };
}

/** Offers from a command: JSON or the plain link on its standard output. */
export function commandIssuerDriver(config: Config<'command'>, throttle: Throttle): IssuerDriver {
  return {
    role: 'issuer',
    offer: async (wish, { signal }: DriverContext) => {
      const values = wishOf(wish, config);
      await throttle.take(signal);
      return readOffer(await runCommand(config.offer, values, signal), config.answer);
    },
  };
}

/** The wish in the target's words. Throws DriverError `unsupported` for what the configuration says the target cannot do. */
export function wishOf(wish: object, config: { readonly values?: WishNames; readonly supports?: WishLimits }): Values {
  const values: Values = { ...wish };
  const beyond = beyondLimits(values, config.supports);
  if (beyond !== undefined)
    throw new DriverError('unsupported', `the configuration says that the target has no ${beyond}`);
  return wishValues(values, config.values);
}

function readOffer(answer: unknown, at: OfferAnswer = {}): OfferMade {
  const txCode = typeof answer === 'string' ? undefined : textIn(answer, at.txCode ?? DEFAULT_POINTERS.txCode);
  return { link: linkIn(answer, at.link ?? DEFAULT_POINTERS.offer), ...(txCode === undefined ? {} : { txCode }) };
}
