/** Wrong use or configuration: told as it is, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
