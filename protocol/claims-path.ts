/** A claims path pointer: string = member, non-negative integer = element, null = all elements (OpenID4VP 7, OpenID4VCI C). */
export type ClaimsPath = readonly (string | number | null)[];
