import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPEN_API_FILE } from '../../functions/ingest/open-api-file.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { makeOpenApiDocument } from '../api/openapi/document.ts';

/* `node write-openapi.ts FOLDER` writes the OpenAPI document into the folder of a bundle of `ingest`. */
const [, , folder = '.'] = process.argv;
writeFileSync(join(folder, OPEN_API_FILE), JSON.stringify(makeOpenApiDocument(packageJson.version)));
