import { meet } from "../../support/call";
import { expect, ready, test } from "../../support/fixtures";
import { expectPlaying } from "../../support/media";
import { MENTEE, MENTOR, seedSession } from "../../support/seed";

// livekit-client reports its data channels as errors when LiveKit closes a connection before the page
// does, and browsers report every answer that is no success.
test.use({
  allowed:
    /DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly|Failed to load resource.*(403|410)/,
});

test("the mentor mutes, asks to unmute, removes and allows back in", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  await expect(mentee.page.getByRole("button", { name: "Manage" })).toHaveCount(0);
  await mentor.page.getByRole("button", { name: "Manage" }).click();
  const manage = mentor.page.getByRole("region", { name: "Manage the meeting" });

  await test.step("a muted microphone is off for both, and stays the mentee's to switch on", async () => {
    await manage.getByRole("button", { name: `Mute ${MENTEE}` }).click();
    await expect(mentee.page.getByText(`${MENTOR} muted your microphone.`)).toBeVisible();
    await expect(mentee.toggle("Microphone")).not.toBeChecked();
    await manage.getByRole("button", { name: `Ask ${MENTEE} to unmute` }).click();
    await mentee.page.getByRole("alert").getByRole("button", { name: "Unmute" }).click();
    await expect(mentee.toggle("Microphone")).toBeChecked();
    await expect(manage.getByRole("button", { name: `Mute ${MENTEE}` })).toBeVisible();
  });

  await test.step("a removed mentee reads why and gets no ticket", async () => {
    await manage.getByRole("button", { name: `Remove ${MENTEE}` }).click();
    const dialog = mentor.page.getByRole("dialog", { name: `Remove ${MENTEE} from the meeting?` });
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(mentee.page).toHaveURL(/\/dashboard\?left=.*why=removed/, { timeout: 20_000 });
    await expect(mentee.page.getByText("You were removed from the meeting.").first()).toBeVisible();
    await expect(mentor.page.getByText(`Waiting for ${MENTEE}`)).toBeVisible();
    const token = await mentee.context.request.get(`/api/sessions/${seeded.sessionId}/livekit/access-token`);
    expect(token.status()).toBe(403);
    const page = await mentee.page.goto(`/meeting/${seeded.sessionId}`);
    expect(page?.status()).toBe(403);
    await expect(mentee.page.getByRole("heading", { name: "You Were Removed" })).toBeVisible();
    await ready(mentee.page);
  });

  await test.step("allowed back in, the door opens without a reload", async () => {
    await manage.getByRole("button", { name: `Allow ${MENTEE} back in` }).click();
    await expect(mentee.joinButton).toBeEnabled({ timeout: 30_000 });
    await mentee.joinButton.click();
    await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  });
  await mentor.close();
  await mentee.close();
});

test("a meeting that closes soon goes on when the mentor extends it", async ({ browser, problems, allowed }) => {
  // Closes in five minutes.
  const seeded = await seedSession("-1h55m");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  await expect(mentee.page.getByRole("timer")).toHaveText(/Closes in [34]:\d\d/);
  const extend = mentor.page.getByRole("button", { name: "Extend by 15 minutes" }).first();
  await expect(mentee.page.getByRole("button", { name: "Extend by 15 minutes" })).toHaveCount(0);
  await extend.click();
  for (const person of [mentor, mentee]) {
    await expect(person.page.getByText("The meeting goes on for 15 more minutes.")).toBeVisible();
    await expect(person.page.getByRole("timer")).toHaveText(/Closes in 1[89]:\d\d/);
  }
  await mentor.close();
  await mentee.close();
});

test("when the time is up everybody is shown out and reads why", async ({ browser, problems, allowed }) => {
  // Closes in thirty seconds; both are in after ten.
  const seeded = await seedSession("-1h59m30s");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  for (const person of [mentor, mentee]) {
    await expect(person.page).toHaveURL(/\/dashboard\?left=.*why=time_up/, { timeout: 60_000 });
    await expect(person.page.getByText("Time is up").first()).toBeVisible();
  }
  await mentor.page.goto(`/sessions/${seeded.sessionId}`);
  const there = mentor.page.getByRole("region", { name: "Who was there" });
  await expect(there.getByText(MENTEE)).toBeVisible();
  await expect(there.getByRole("link", { name: "Download as a table" })).toBeVisible();
  await mentor.close();
  await mentee.close();
});
