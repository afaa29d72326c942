/** A deployment by the percentages of the split; `at` is at least 0 and below 1. `undefined` when none has traffic. */
export function chooseDeployment(split: Readonly<Record<string, number>>, at: number): string | undefined {
  let left = at * 100;
  let last: string | undefined;
  for (const [name, percent] of Object.entries(split)) {
    if (percent <= 0) continue;
    if (left < percent) return name;
    left -= percent;
    last = name;
  }
  // Percentages that do not reach 100 leave nothing without an answer.
  return last;
}

/** Whether a request is one of the mirrored ones, and to which deployment. */
export function chooseMirror(mirror: Readonly<Record<string, number>>, at: number): string | undefined {
  const [only] = Object.entries(mirror);
  return only !== undefined && at * 100 < only[1] ? only[0] : undefined;
}
