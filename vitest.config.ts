import { defineConfig } from 'vitest/config';

// vitest insists on a default export here; it is the only one in the project.
export default defineConfig({
  test: {
    include: ['{core,protocol,mocks,suites,profiles,harness,reports}/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
