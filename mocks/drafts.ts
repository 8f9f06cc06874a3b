import type { HeaderList } from '../core/http.ts';
import type { SigningKey } from '../protocol/jose/keys.ts';

/**
 * Drafts: what a forming step hands to `FlowContext.form`, and what a fault changes. A message passes up to three steps:
 * `<step>` (its content, before signing), `<step>.bytes` (its serialised form) and, for HTTP, `<exchange>.http` (the whole request or response).
 */

/** A JWT before it is signed. A fault may change anything, the key included. */
export interface JwtDraft {
  header: Record<string, unknown>;
  payload: Record<string, unknown>;
  key: SigningKey;
}

/** A serialised artifact (compact JWT, SD-JWT, JWE, JSON text). */
export interface BytesDraft {
  text: string;
}

/** A JSON object that becomes a body. */
export interface JsonDraft {
  value: Record<string, unknown>;
}

/** Parameters of a form body or a query, in order; a name may repeat. */
export interface FormDraft {
  parameters: [name: string, value: string][];
}

/** A whole HTTP request, last before it leaves. */
export interface RequestDraft {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** A whole HTTP response, last before it leaves. */
export interface ResponseDraft {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** An SD-JWT before it is joined: the issuer's part is a JwtDraft of its own. */
export interface SdJwtDraft {
  issuerJwt: string;
  disclosures: string[];
  /** Compact KB-JWT, or empty. */
  kbJwt: string;
}

export type Headers = HeaderList;
