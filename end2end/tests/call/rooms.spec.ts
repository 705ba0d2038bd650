import { expect, test } from "../../support/fixtures";
import { comeBack, enterAll, everybody, HUNG_UP, inside, leaveAll, stage } from "../../support/rooms";
import { type SeededSession, seedSession } from "../../support/seed";

test.use({ allowed: HUNG_UP });

test("three rooms at once: the record knows who is there, and when they are gone", async ({ context }) => {
  const sessions: SeededSession[] = [];
  for (let n = 0; n < 3; n++) sessions.push(await seedSession("0s"));
  const people = await everybody(sessions);
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  await enterAll(page, people);
  await expect.poll(() => inside(people), { message: "everybody is recorded as inside" }).toBe(6);
  await leaveAll(page);
  await expect.poll(() => inside(people), { message: "everybody is recorded as gone" }).toBe(0);
});

test("somebody removed who comes back with an old ticket is put out within two seconds", async ({ context }) => {
  const extra = await seedSession("0s");
  const page = await stage(context, extra.mentee, extra.sessionId);
  expect(await comeBack(page, "only", await seedSession("0s"))).toBeLessThan(2_000);
});
