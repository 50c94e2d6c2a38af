import type { Clock } from '../../shared/ports/clock.ts';
import { makePointerFunction, type PointerFunction } from '../pointer-batch.ts';
import { makeServeUnit, type UnitDeps } from '../serve-unit.ts';

export type SendDeps = UnitDeps & { readonly clock: Clock };

/** Works off the units that a batch of pointers names: holds their messages to their time, and sends them. */
export const makeSend = (deps: SendDeps): PointerFunction => makePointerFunction(deps.clock, makeServeUnit(deps));
