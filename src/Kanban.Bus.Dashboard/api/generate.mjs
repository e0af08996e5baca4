// Writes schema.d.ts from the board's OpenAPI document; with --check it writes nothing and fails when they differ.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL(process.env.KANBAN_OPENAPI ?? '../../../docs/openapi.json', import.meta.url);
const target = new URL('./schema.d.ts', import.meta.url);

const header = '// Generated from docs/openapi.json by `npm run api`. Do not edit.\n\n';
const wanted = header + astToString(await openapiTS(document, { alphabetize: true }));

if (process.argv.includes('--check')) {
  const found = await readFile(target, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (found !== wanted) {
    console.error('api/schema.d.ts does not match docs/openapi.json. Run `npm run api` and commit the result.');
    process.exit(1);
  }
} else {
  await writeFile(target, wanted);
}
