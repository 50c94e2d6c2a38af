/**
 * A pure function of two arguments that remembers up to `limit` answers, then forgets all of them and starts again:
 * few different questions cost nothing, a flood of them costs no more than without it. Few different `A` are expected.
 */
export const pairMemo = <A, B, T>(limit: number, compute: (a: A, b: B) => T): ((a: A, b: B) => T) => {
  const answers = new Map<A, Map<B, T>>();
  let size = 0;
  const remember = (a: A, b: B): T => {
    if (size >= limit) {
      answers.clear();
      size = 0;
    }
    const answer = compute(a, b);
    const ofA = answers.get(a) ?? new Map<B, T>();
    answers.set(a, ofA.set(b, answer));
    size += 1;
    return answer;
  };
  return (a, b) => answers.get(a)?.get(b) ?? remember(a, b);
};
