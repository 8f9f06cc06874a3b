import type { FormDraft } from '../../drafts.ts';
import type { PresentationVariant } from '../../../core/contracts/variant.ts';
import type { VerifierFault } from './fault.ts';
import { PLAIN, UNSIGNED, row } from './fault.ts';

const STEP = 'presentation-request-link';
const SIGNED_BY_VALUE: PresentationVariant = { ...PLAIN, request: 'by-value-signed' };

function without(name: string): (draft: FormDraft) => FormDraft {
  return ({ parameters }) => ({ parameters: parameters.filter(([key]) => key !== name) });
}

function plus(...added: [string, string][]): (draft: FormDraft) => FormDraft {
  return ({ parameters }) => ({ parameters: [...parameters, ...added] });
}

export const LINK_FAULTS: readonly VerifierFault[] = [
  row(
    'link/client-id-missing',
    STEP,
    'request/one-form',
    ['Link without client_id', '連結缺少 client_id'],
    without('client_id'),
  ),
  row(
    'link/client-id-twice',
    STEP,
    'request/one-form',
    ['Link with two different client_id', '連結含有兩個不同的 client_id'],
    plus(['client_id', 'x509_san_dns:somebody-else.example']),
  ),
  row(
    'link/request-and-request-uri',
    STEP,
    'request/one-form',
    ['Link with request and request_uri at once', '連結同時含有 request 與 request_uri'],
    plus(['request_uri', 'https://verifier.example/another-request']),
    SIGNED_BY_VALUE,
  ),
  row(
    'link/client-id-other-than-object',
    STEP,
    'request/client-id-match',
    ['client_id of the link is not the one of the request object by value', '連結的 client_id 與其中的請求物件不同'],
    ({ parameters }: FormDraft) => ({
      parameters: parameters.map(([name, value]): [string, string] => [
        name,
        name === 'client_id' ? 'x509_san_dns:somebody-else.example' : value,
      ]),
    }),
    SIGNED_BY_VALUE,
  ),
  row(
    'link/method-unknown',
    STEP,
    'request/uri-method',
    ['request_uri_method is neither get nor post', 'request_uri_method 既非 get 也非 post'],
    plus(['request_uri_method', 'put']),
  ),
  row(
    'link/method-case',
    STEP,
    'request/uri-method',
    ['request_uri_method in capital letters: it is case-sensitive', 'request_uri_method 使用大寫：此值區分大小寫'],
    plus(['request_uri_method', 'POST']),
  ),
  row(
    'link/method-without-request-uri',
    STEP,
    'request/uri-method',
    ['request_uri_method without request_uri', '有 request_uri_method 卻沒有 request_uri'],
    plus(['request_uri_method', 'post']),
    UNSIGNED,
  ),
  row(
    'link/request-uri-not-a-url',
    STEP,
    'request/uri',
    ['request_uri is no URL', 'request_uri 不是網址'],
    ({ parameters }: FormDraft) => ({
      parameters: parameters.map(([name, value]): [string, string] => [
        name,
        name === 'request_uri' ? 'file:///etc/hostname' : value,
      ]),
    }),
  ),
];
