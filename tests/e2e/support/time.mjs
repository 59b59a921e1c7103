/** Sanitized servers are slow: every upper limit in the tests is multiplied by this. */
export const slowdown = Number(process.env.CHATD_TEST_SLOWDOWN ?? 1);

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Rejects, naming what was waited for, when `promise` takes longer than `ms` (scaled by the slowdown). */
export function within(promise, what, ms = 5000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`timed out after ${ms * slowdown} ms: ${what}`)),
      ms * slowdown,
    );
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Polls `check` until it returns something truthy; rejects like `within`. */
export async function eventually(check, what, ms = 5000) {
  const deadline = performance.now() + ms * slowdown;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`timed out after ${ms * slowdown} ms: ${what}`);
    await sleep(10);
  }
}
