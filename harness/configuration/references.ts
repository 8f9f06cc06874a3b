import { X509Certificate } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import type { Files } from '../../core/system/files.ts';
import { text } from '../../core/text.ts';
import { fromUtf8 } from '../../core/http.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isObject, readJson } from '../../protocol/json.ts';
import type { Loaded } from './load.ts';
import type { Finding, Problem } from './problems.ts';

/** What a configuration gives directly or by the name of a file, as content. */
export interface References {
  /** Root certificates for what the target signs, one PEM each. */
  readonly anchors: readonly string[];
  /** Root certificates of the target's TLS, one PEM each. */
  readonly ca: readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Private JWK of our registered client. */
  readonly clientKey?: JsonObject;
}

/** Reads the files that a configuration names, relative to `folder` (that of the configuration file), and checks their content. */
export async function readReferences(
  loaded: Loaded,
  folder: string,
  files: Pick<Files, 'read'>,
): Promise<{ readonly references: References } | { readonly problems: readonly Problem[] }> {
  const { configuration } = loaded;
  const findings: Finding[] = [];

  const content = async (value: string, pointer: string): Promise<string> => {
    if (value.includes('-----BEGIN')) return value;
    const path = isAbsolute(value) ? value : join(folder, value);
    const bytes = await files.read(path).catch(() => undefined);
    if (bytes !== undefined) return fromUtf8(bytes);
    findings.push({
      pointer,
      message: text(`the file ${path} cannot be read`, `無法讀取檔案 ${path}`),
      mend: text(
        'give a file that exists, relative to the configuration file',
        '請填存在的檔案，路徑以設定檔所在位置為準',
      ),
    });
    return '';
  };
  const certificates = async (values: readonly string[] | undefined, pointer: string): Promise<string[]> => {
    const found: string[] = [];
    for (const [index, value] of (values ?? []).entries()) {
      const at = `${pointer}/${index}`;
      const pem = await content(value, at);
      const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      if (pem !== '' && (blocks.length === 0 || !blocks.every(isCertificate))) findings.push(noCertificate(at));
      found.push(...blocks);
    }
    return found;
  };

  const anchors = await certificates(configuration.trust?.anchors, '/trust/anchors');
  const ca = await certificates(configuration.target.ca, '/target/ca');
  const { tls } = configuration;
  const pair =
    typeof tls === 'object'
      ? { cert: await content(tls.cert, '/tls/cert'), key: await content(tls.key, '/tls/key') }
      : undefined;
  if (pair !== undefined && pair.cert !== '' && !isCertificate(pair.cert)) findings.push(noCertificate('/tls/cert'));
  const { clientKey } = configuration.target;
  let jwk: unknown = clientKey;
  if (typeof clientKey === 'string') jwk = readJson(await content(clientKey, '/target/clientKey')).value;
  if (jwk !== undefined && !(isObject(jwk) && typeof jwk['kty'] === 'string' && typeof jwk['d'] === 'string')) {
    findings.push({
      pointer: '/target/clientKey',
      message: text('the client key is no private JWK', '用戶端金鑰不是私密 JWK'),
      mend: text('give a JWK with "kty" and "d", or a file with one', '請提供含有「kty」與「d」的 JWK，或其檔案'),
    });
  }
  if (findings.length > 0) return { problems: findings.map(loaded.problemAt) };
  return {
    references: {
      anchors,
      ca,
      ...(pair === undefined ? {} : { tls: pair }),
      ...(isObject(jwk) ? { clientKey: jwk } : {}),
    },
  };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function noCertificate(pointer: string): Finding {
  return {
    pointer,
    message: text('there is no certificate in it', '其中沒有憑證'),
    mend: text('give PEM: -----BEGIN CERTIFICATE----- …', '請提供 PEM：-----BEGIN CERTIFICATE----- …'),
  };
}
