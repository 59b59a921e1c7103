const pending = new Set();

/** Runs `action` when the test server of this file stops, so that a failed test leaves nothing that keeps Node up. */
export function atStop(action) {
  pending.add(action);
}

export async function cleanUp() {
  const actions = [...pending];
  pending.clear();
  await Promise.all(actions.map((action) => action()));
}
