import { Caller, meet } from "../../support/call";
import { client, expect, test } from "../../support/fixtures";
import { expectPlaying, expectSound, got, received, tapConnections } from "../../support/media";
import { data, HUNG_UP } from "../../support/rooms";
import { MENTEE, MENTOR, seedSession } from "../../support/seed";

/** Black as video codecs leave it, 0 to 255. */
const BLACK = 24;
/** The fake camera's picture has more of some colour than this everywhere but in its corners. */
const BRIGHT = 120;

/** Energy of ten seconds of a sound that is never more than one step of 16 bits: what decoders make of nothing. */
const SILENCE = 1e-7;

// The room is deleted under somebody's feet in the last of them.
test.use({ allowed: HUNG_UP });

interface Attendance {
  stays: { role: string; joinedAt: string; leftAt: string | null }[];
}

test("at the door nobody sees or hears anybody, and Join opens what is there already", async ({ browser, problems, allowed }) => {
  const { sessionId, ...people } = await seedSession("0s");
  const mentor = await Caller.signedIn(browser, people.mentor, problems, allowed);
  const mentee = await Caller.signedIn(browser, people.mentee, problems, allowed);
  for (const { context } of [mentor, mentee]) await tapConnections(context);
  await mentor.join(sessionId);
  await mentee.preJoin(sessionId);
  await expect(mentor.page.getByText(`${MENTEE} is at the door`).first()).toBeVisible({ timeout: 30_000 });
  await expect(mentee.page.getByText(`${MENTOR} is in the meeting.`)).toBeVisible();
  // Both decode what the other sends, for ten seconds: the mentor is in with camera and microphone, the mentee is not.
  for (const { page } of [mentor, mentee]) {
    await expect.poll(async () => (await received(page)).video, { message: "pictures come", timeout: 20_000 }).not.toEqual({});
    const before = await received(page);
    await got(page);
    await expect
      .poll(async () => Object.entries((await received(page)).video).some(([id, n]) => n >= (before.video[id] ?? 0) + 100), {
        message: "a hundred pictures",
        timeout: 60_000,
      })
      .toBe(true);
    const { frames, brightest, soundEnergy } = await got(page, before.soundEnergy);
    expect(frames, "pictures were looked at").toBeGreaterThan(50);
    expect(brightest, "every picture is black").toBeLessThan(BLACK);
    expect(soundEnergy, "every sample is silent").toBeLessThan(SILENCE);
  }

  const clicked = Date.now();
  await mentee.joinButton.click();
  await expect(mentee.leaveButton).toBeVisible();
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expectPlaying(mentee.page, `Video of ${MENTOR}`);
  for (const { page } of [mentor, mentee]) {
    await expect.poll(async () => (await got(page)).brightest, { message: "a real picture" }).toBeGreaterThan(BRIGHT);
    await expectSound(page);
  }
  // Time at the door is no time in the meeting.
  const api = await client(people.mentee);
  const { stays } = await data<Attendance>(api.get(`/api/sessions/${sessionId}/attendance`));
  const joined = stays.filter(({ role }) => role === "mentee").map(({ joinedAt }) => Date.parse(joinedAt));
  expect(joined.length, "one stay").toBe(1);
  expect(joined[0]).toBeGreaterThanOrEqual(clicked - 1_000);

  // The other one goes: what is sent is black again, though nobody switched anything off.
  await mentee.leaveButton.click();
  await expect(mentor.page.getByText(`Waiting for ${MENTEE}`)).toBeVisible();
  await mentee.preJoin(sessionId);
  await expect(mentor.page.getByText(`${MENTEE} is at the door`).first()).toBeVisible({ timeout: 30_000 });
  await expect.poll(async () => (await got(mentee.page)).frames, { message: "pictures come" }).toBeGreaterThan(5);
  expect((await got(mentee.page)).brightest).toBeLessThan(BLACK);
  await mentor.close();
  await mentee.close();
});

test("switches pressed at the door hold in the meeting", async ({ browser, problems, allowed }) => {
  const { sessionId, ...people } = await seedSession("0s");
  const mentor = await Caller.signedIn(browser, people.mentor, problems, allowed);
  const mentee = await Caller.signedIn(browser, people.mentee, problems, allowed);
  await mentor.join(sessionId);
  await mentee.preJoin(sessionId);
  await expect(mentor.page.getByText(`${MENTEE} is at the door`).first()).toBeVisible({ timeout: 30_000 });
  await mentee.toggle("Camera").click();
  await mentee.toggle("Microphone").click();
  await expect(mentee.page.getByText("Your camera is off.")).toBeVisible();
  await mentee.joinButton.click();
  await expect(mentee.leaveButton).toBeVisible();
  await expect(mentor.page.getByText("Microphone off")).toBeVisible();
  await expect(mentor.page.locator(`video[aria-label="Video of ${MENTEE}"]`)).toBeHidden();
  await mentee.toggle("Camera").click();
  await mentee.toggle("Microphone").click();
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expectSound(mentor.page);
  await mentor.close();
  await mentee.close();
});

test("without a door, joining works as it does without one", async ({ browser, problems }) => {
  const { sessionId, ...people } = await seedSession("0s");
  const allowed = /Failed to load resource/;
  const mentor = await Caller.signedIn(browser, people.mentor, problems, allowed);
  let asked = 0;
  await mentor.page.route("**/api/fn/join", async (route) => {
    asked += 1;
    if (asked === 1) await route.fulfill({ status: 503, body: "away" });
    else await route.continue();
  });
  await mentor.preJoin(sessionId);
  await expect.poll(() => asked).toBe(1);
  await mentor.joinButton.click();
  await expect(mentor.leaveButton).toBeVisible({ timeout: 30_000 });
  const mentee = await Caller.signedIn(browser, people.mentee, problems, allowed);
  await mentee.join(sessionId);
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expectPlaying(mentee.page, `Video of ${MENTOR}`);
  await mentor.close();
  await mentee.close();
});

test("the door closes with the meeting", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  await mentee.leaveButton.click();
  await mentee.preJoin(seeded.sessionId);
  await expect(mentor.page.getByText(`${MENTEE} is at the door`).first()).toBeVisible({ timeout: 30_000 });
  await mentor.endButton.click();
  await mentor.page.getByRole("button", { name: "End meeting" }).click();
  await expect(mentee.page.getByRole("heading", { name: "Meeting Has Ended" })).toBeVisible({ timeout: 30_000 });
  await mentor.close();
  await mentee.close();
});
