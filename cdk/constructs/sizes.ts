import { Duration } from 'aws-cdk-lib';

/** API Gateway gives up after 30 s. */
export const INGEST = { timeout: Duration.seconds(29), memoryMb: 1024 };
/** A tick gives way to the next one. */
export const TICK = { timeout: Duration.seconds(55), memoryMb: 512 };
/** One whole processor at 1,769 MB: holding to the millisecond spins. */
export const SEND = { timeout: Duration.seconds(60), memoryMb: 1769 };
/** Longer than a key that is busy is waited for. */
export const SOURCE = { timeout: Duration.seconds(60), memoryMb: 1024 };
