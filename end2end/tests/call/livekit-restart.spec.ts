import { Caller } from "../../support/call";
import { expect, test } from "../../support/fixtures";
import { expectMovingVideo, expectPlaying } from "../../support/media";
import { livekit, MENTEE, MENTOR, seedSession } from "../../support/seed";

// The browsers lose their connections on purpose here, and say so.
test.use({ allowed: /WebSocket|ERR_CONNECTION|ERR_EMPTY|signal|Failed to load resource|connection/i });

test.afterEach(async () => {
  // Whatever happened, the next test finds LiveKit running.
  await livekit.kill();
  await livekit.start();
});

test("LiveKit restarts in mid-call: the pages say so, and both find each other again", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s");
  const mentor = await Caller.signedIn(browser, seeded.mentor, problems, allowed);
  const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
  await mentor.join(seeded.sessionId);
  await mentee.join(seeded.sessionId);
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);

  await livekit.kill();
  await expect(mentor.page.getByText(/Reconnecting/).first()).toBeVisible({ timeout: 30_000 });
  await livekit.start();

  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expectPlaying(mentee.page, `Video of ${MENTOR}`);
  await expectMovingVideo(mentor.page);
  await mentor.close();
  await mentee.close();
});

test("LiveKit is down when somebody joins: a clear page, Try again, and then it works", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s");
  const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
  await mentee.preJoin(seeded.sessionId);
  await livekit.kill();
  await mentee.joinButton.click();
  await expect(mentee.page.getByRole("heading", { name: "Connection Error" })).toBeVisible({ timeout: 45_000 });
  await expect(
    mentee.page.getByRole("link", { name: "Return to Dashboard" }).or(mentee.page.getByRole("button", { name: "Return to Dashboard" })),
  ).toBeVisible();
  await livekit.start();
  await mentee.page.getByRole("button", { name: "Try again" }).click();
  await expect(mentee.joinButton.or(mentee.leaveButton).first()).toBeVisible({ timeout: 30_000 });
  if (await mentee.joinButton.isVisible()) await mentee.joinButton.click();
  await expect(mentee.leaveButton).toBeVisible({ timeout: 30_000 });
  await mentee.close();
});
