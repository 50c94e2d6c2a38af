import * as v from 'valibot';

const issueAnswer = v.strictObject({
  pointer: v.pipe(
    v.string(),
    v.description('RFC 6901; into the body, or behind /query, /header or /path into what it names.'),
  ),
  code: v.string(),
  detail: v.string(),
});

/** RFC 9457, at most 2 KB. */
export const problemAnswer = v.strictObject({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  code: v.pipe(v.string(), v.description('Stable; made for programs.')),
  detail: v.string(),
  instance: v.pipe(v.string(), v.description('Names this request, as x-request-id does.')),
  errors: v.array(issueAnswer),
});
