/**
 * Orders well-formed text by its UTF-8 bytes, which is the order of code points, as DynamoDB sorts.
 * Plain `<` compares UTF-16 units and puts an emoji before U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Moves the surrogates (D800–DFFF) behind the units E000–FFFF, where the code points that they spell belong. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
