/** A run of the suite repeats the one before; another seed looks elsewhere. */
export const SEED = Number(process.env.MERIDIAN_FUZZ_SEED ?? 20_261_129);
