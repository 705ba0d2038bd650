/**
 * Many real rooms: 20 meetings with two publishing people each, all in one browser page, on a real LiveKit that sends
 * webhooks or (with YM_WEBHOOKS=off) sends them into the void. Run by `cargo xtask chaos`; `./test` has a smaller one.
 */
import { expect, test } from "../support/fixtures";
import { comeBack, enterAll, everybody, HUNG_UP, inside, stage } from "../support/rooms";
import { type SeededSession, seedSession, usage } from "../support/seed";

test.use({ allowed: HUNG_UP });

const ROOMS = 20;
const webhooks = process.env.YM_WEBHOOKS !== "off";
const words = webhooks ? "with webhooks" : "all webhooks lost";

/** A row of the table that `cargo xtask chaos` prints. */
const row = (fault: string, runs: number, lost: number, worstMs: number): void =>
  console.log(`CHAOS|${fault}|${runs}|${lost}|${(worstMs / 1000).toFixed(1)} s`);

test(`${ROOMS} real rooms are compared with LiveKit, ${words}`, async ({ context }) => {
  test.setTimeout(600_000);
  const sessions: SeededSession[] = [];
  for (let n = 0; n < ROOMS; n++) sessions.push(await seedSession("0s"));
  const people = await everybody(sessions);
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  await enterAll(page, people);
  const entered = performance.now();
  await expect
    .poll(() => inside(people), { message: "everybody is recorded as inside", timeout: 90_000, intervals: [2_000] })
    .toBe(2 * ROOMS);
  row(`${ROOMS} real rooms, ${words}: entering known`, 2 * ROOMS, 2 * ROOMS - (await inside(people)), performance.now() - entered);

  const before = usage();
  const from = performance.now();
  // Two comparisons: one each minute.
  await page.waitForTimeout(120_000);
  const minutes = (performance.now() - from) / 60_000;
  const cpu = usage().cpuSeconds - before.cpuSeconds;
  expect(await inside(people), "nobody is lost while nothing happens").toBe(2 * ROOMS);
  console.log(
    `ROOMS|all CPU of the server with ${ROOMS} live rooms of two publishing people, ${words}|${((cpu / minutes) * 1000).toFixed(0)} ms a minute`,
  );

  // All connections break at once, as if a house lost its power.
  const left = performance.now();
  await page.close();
  await expect.poll(() => inside(people), { message: "everybody is recorded as gone", timeout: 180_000, intervals: [2_000] }).toBe(0);
  row(`${ROOMS} real rooms, ${words}: leaving known`, 2 * ROOMS, await inside(people), performance.now() - left);
});

test(`somebody removed who comes back with an old ticket is put out, ${words}`, async ({ context }) => {
  test.setTimeout(300_000);
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push(await comeBack(page, String(run), await seedSession("0s")));
  const worst = Math.max(...times);
  row(`removed, back with an old ticket, ${words}`, times.length, 0, worst);
  expect(worst).toBeLessThan(webhooks ? 2_000 : 15_000);
});
