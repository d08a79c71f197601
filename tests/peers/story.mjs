// A story: tests whose steps build on one another. After the first failure the others fail as not
// reached, so that the count stays honest and the cause is easy to find.

import { it } from 'node:test';

/** Gives the `step(name, run)` of one story; call it once per `describe`. */
export function story() {
  let broken;
  return (name, run) =>
    it(name, async () => {
      if (broken) throw Object.assign(new Error(), { stack: `not reached: "${broken}" failed` });
      broken = name;
      await run();
      broken = undefined;
    });
}
