/** A file for Biome to judge, with the rules that must report it: these and no others. */
export type Planted = { readonly path: string; readonly source: string; readonly rules: readonly string[] };

/** Rules that belong together, and files that break one of them or stay just inside. */
export type Suite = { readonly title: string; readonly planted: readonly Planted[] };

export const clean = (path: string, source: string): Planted => ({ path, source, rules: [] });

export const violation = (path: string, rule: string, source: string): Planted => ({ path, source, rules: [rule] });
