import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { schemaFolder } from '../core/schema/documents.ts';

/** Name and version of this tool, from its package. */
export const TOOL: { readonly name: string; readonly version: string } = readTool();

function readTool(): { name: string; version: string } {
  const manifest = JSON.parse(readFileSync(join(dirname(schemaFolder()), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  return { name: manifest.name, version: manifest.version };
}
