// Puts no-op jobs through graphile-worker, as lifecycle does with tasks, then single ones, as start does. One line of JSON.
// node graphile.mjs postgres://… JOBS SINGLE
import { makeWorkerUtils, run } from 'graphile-worker';

const [connectionString, jobs, single] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const bulk = 500;
let done = 0;
let waits = [];
const noOp = async ({ at }) => {
  done++;
  if (at !== undefined) waits.push(performance.now() - at);
};
const quiet = { log: () => {}, scope: () => quiet, error: console.error, warn: console.error, info: () => {}, debug: () => {} };

const utils = await makeWorkerUtils({ connectionString });
await utils.migrate();
const runner = await run({ connectionString, concurrency: 64, maxPoolSize: 64, noHandleSignals: true, logger: quiet, taskList: { noOp } });

async function workOff(count) {
  const before = done;
  const from = performance.now();
  for (let made = 0; made < count; made += bulk)
    await utils.addJobs(Array.from({ length: Math.min(bulk, count - made) }, (_, i) => ({ identifier: 'noOp', payload: { i: made + i } })));
  while (done < before + count) await new Promise((again) => setTimeout(again, 5));
  return count / ((performance.now() - from) / 1000);
}

await workOff(jobs);
const perSecond = await workOff(jobs);
for (let i = 0; i < single; i++) {
  const before = done;
  await utils.addJob('noOp', { at: performance.now() });
  while (done === before) await new Promise((again) => setTimeout(again, 1));
}
waits = waits.sort((a, b) => a - b);
console.log(JSON.stringify({ perSecond, p50: waits[Math.floor(single * 0.5)], p99: waits[Math.floor(single * 0.99)] }));
await runner.stop();
await utils.release();
