import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files that the harness keeps: identities, results. Paths are the operating system's. */
export interface Files {
  /** Bytes of a file, or undefined if there is none. Any other failure throws. */
  read(path: string): Promise<Uint8Array | undefined>;
  /**
   * Writes a whole file at once: a reader sees the old or the new content, also after a crash. Folders are made.
   * The file is the owner's alone (0600), its new folders too (0700), unless `shared` says that it holds no secret.
   */
  write(path: string, content: Uint8Array | string, options?: { readonly shared?: boolean }): Promise<void>;
  /** Names in a folder, sorted; empty if there is no such folder. */
  list(path: string): Promise<readonly string[]>;
  /** Removes a file; nothing happens if there is none. */
  remove(path: string): Promise<void>;
}

/** Files on this machine's disk. */
export function nodeFiles(): Files {
  return {
    read: (path) => readFile(path).catch(absent(undefined)),
    list: async (path) => (await readdir(path).catch(absent<string[]>([]))).sort(),
    remove: (path) => rm(path, { force: true }),
    write: async (path, content, options = {}) => {
      const folder = dirname(path);
      await mkdir(folder, { recursive: true, mode: options.shared === true ? 0o755 : 0o700 });
      const temporary = join(folder, `.${randomUUID()}.tmp`);
      try {
        const file = await open(temporary, 'wx', options.shared === true ? 0o644 : 0o600);
        try {
          await file.writeFile(content);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

function absent<Value>(value: Value) {
  return (error: unknown): Value => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };
}
