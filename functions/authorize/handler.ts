import { readApiKeys } from '../../shared/config.ts';
import { makeAuthorize } from './authorize.ts';

export const handler = makeAuthorize(readApiKeys());
