import { expect, it } from 'vitest';
import { welcome } from '../../shared/local/welcome.ts';

const facts = { url: 'http://127.0.0.1:8787', echoUrl: 'http://127.0.0.1:1/echo', data: '.meridian' };

it('says which process functions run, and where they are fed, where there are some', () => {
  expect(welcome({ ...facts, processes: [] })).not.toContain('/v1/processes');
  expect(welcome({ ...facts, processes: ['clicks', 'orders'] })).toMatch(
    /^ {2}Data +\.meridian\n {2}Processes +clicks, orders +fed at http:\/\/127\.0\.0\.1:8787\/v1\/processes\/\{name\}\/elements\n\nSchedule/m,
  );
});
