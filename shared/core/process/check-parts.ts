import { ProcessError } from './process-error.ts';
import type { Handlers, Untyped } from './untyped.ts';

/** What only a definition without types can get wrong. Throws `INVALID_DEFINITION`. */
export const checkParts = (definition: Untyped, { inputs, broadcast, onTimer }: Handlers): void => {
  const refuse = (what: string): never => {
    throw new ProcessError('INVALID_DEFINITION', `Process "${definition.name}": ${what}.`);
  };
  for (const [name, { element, onElement }] of Object.entries({ ...inputs, ...(broadcast ? { broadcast } : {}) })) {
    if (!isSchema(element))
      refuse(`the element of input "${name}" is no Standard Schema: give one of valibot, zod or arktype`);
    if (typeof onElement !== 'function') refuse(`input "${name}" has no handler: give a function as onElement`);
  }
  if (onTimer !== undefined && typeof onTimer !== 'function') refuse('onTimer is no function');
  for (const [name, spec] of Object.entries({ output: definition.output, ...definition.sideOutputs })) {
    if (spec !== undefined && !isObjectWith(spec, 'to')) refuse(`"${name}" is no output: declare it by output()`);
  }
  for (const [name, spec] of Object.entries({ ...definition.state, ...broadcast?.state })) {
    if (!isObjectWith(spec, 'open')) refuse(`"${name}" is no state: declare it by valueState() or one of its kind`);
  }
};

const isObjectWith = (value: unknown, part: string): boolean =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') && part in value;

const isSchema = (element: unknown): boolean => isObjectWith(element, '~standard');
