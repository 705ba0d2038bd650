import { expectAccessible } from "../../support/axe";
import { Caller, meet } from "../../support/call";
import { expect, ready, test } from "../../support/fixtures";
import { expectMovingVideo, expectPlaying, expectSound } from "../../support/media";
import { MENTEE, MENTOR, seedSession } from "../../support/seed";

// livekit-client reports its data channels as errors when LiveKit closes a connection before the page does.
test.use({ allowed: /DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly/ });

test("two people meet: picture, sound, chat, screen, and a goodbye", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s", "Ownership and borrowing");
  const mentor = await Caller.signedIn(browser, seeded.mentor, problems, allowed);
  const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);

  await test.step("the first one waits for the other by name", async () => {
    await mentor.join(seeded.sessionId);
    await expect(mentor.page.getByText(`Waiting for ${MENTEE}`)).toBeVisible();
    await expectPlaying(mentor.page, "Your video");
  });

  await test.step("both see and hear each other", async () => {
    await mentee.join(seeded.sessionId);
    await expect(mentor.page.getByText(`Waiting for ${MENTEE}`)).toBeHidden({ timeout: 30_000 });
    await expectPlaying(mentor.page, `Video of ${MENTEE}`);
    await expectPlaying(mentee.page, `Video of ${MENTOR}`);
    for (const { page } of [mentor, mentee]) {
      await expectMovingVideo(page);
      await expectSound(page);
      await expect(page.getByText("Ownership and borrowing").first()).toBeVisible();
    }
  });

  await test.step("chat goes both ways and counts what was not read", async () => {
    await mentor.chatButton.click();
    await mentor.say("Hello Leo, <b>can you hear me</b>?");
    await expect(mentee.chatButton).toHaveAccessibleDescription("1 unread message");
    await mentee.chatButton.click();
    await expect(mentee.messages.getByText("Hello Leo, <b>can you hear me</b>?")).toBeVisible();
    await mentee.say("Loud and clear");
    await expect(mentor.messages.getByText("Loud and clear")).toBeVisible();
    await expect(mentee.messages.getByText("Loud and clear")).toHaveCount(1);
    await expect(mentee.chatButton).toHaveAccessibleDescription("");
  });

  await test.step("the call is accessible, with the chat open", async () => {
    await expectAccessible(mentor.page);
    await expectAccessible(mentee.page);
  });

  await test.step("the mentee shares the screen and stops again", async () => {
    await mentee.page.getByRole("button", { name: "Share screen" }).click();
    await expectPlaying(mentor.page, `Screen of ${MENTEE}`);
    await expectMovingVideo(mentor.page, 2);
    await mentee.page.getByRole("button", { name: "Stop sharing" }).click();
    await expect(mentor.page.locator(`video[aria-label="Screen of ${MENTEE}"]`)).toHaveCount(0);
  });

  await test.step("camera and microphone go off and on again", async () => {
    await mentee.toggle("Camera").click();
    await expect(mentor.page.locator(`video[aria-label="Video of ${MENTEE}"]`)).toBeHidden();
    await mentee.toggle("Camera").click();
    await expectPlaying(mentor.page, `Video of ${MENTEE}`);
    await mentee.toggle("Microphone").click();
    await mentee.toggle("Microphone").click();
    await expectSound(mentor.page);
  });

  await test.step("leaving leads to the dashboard, with the way back", async () => {
    await mentee.leaveButton.click();
    await expect(mentee.page).toHaveURL(new RegExp(`/dashboard\\?left=${seeded.sessionId}&why=left`));
    await expect(mentor.page.getByText(`Waiting for ${MENTEE}`)).toBeVisible();
    await ready(mentee.page);
    await mentee.page
      .getByRole("link", { name: /Rejoin/ })
      .first()
      .click();
    await ready(mentee.page);
    await expect(mentee.joinButton).toBeEnabled({ timeout: 30_000 });
    await mentee.joinButton.click();
    await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  });

  await test.step("the mentor ends the meeting and the mentee sees why", async () => {
    await expect(mentee.endButton).toHaveCount(0);
    await mentor.endButton.click();
    const dialog = mentor.page.getByRole("dialog", { name: "End the meeting for everyone?" });
    await expect(dialog).toBeVisible();
    await expectAccessible(mentor.page);
    await dialog.getByRole("button", { name: "End meeting" }).click();
    await expect(mentor.page).toHaveURL(new RegExp(`/dashboard\\?left=${seeded.sessionId}`));
    await expect(mentee.page).toHaveURL(new RegExp(`/dashboard\\?left=${seeded.sessionId}&why=ended_by_mentor`), { timeout: 20_000 });
    await expect(mentee.page.getByText(/mentor ended/i).first()).toBeVisible();
    await expect(mentee.page.getByRole("link", { name: /Rejoin/ })).toHaveCount(0);
  });

  await test.step("nobody gets in again, and the record says who was there", async () => {
    const again = await mentee.page.goto(`/meeting/${seeded.sessionId}`);
    expect(again?.status()).toBe(410);
    await expect(mentee.page.getByRole("heading", { name: "Meeting Has Ended" })).toBeVisible();
    const token = await mentee.context.request.get(`/api/sessions/${seeded.sessionId}/livekit/access-token`);
    expect(token.status()).toBe(410);
    await expect
      .poll(async () => {
        await mentor.page.goto(`/sessions/${seeded.sessionId}`);
        return await mentor.page.locator("main").innerText();
      })
      .toContain(MENTEE);
  });

  await mentor.close();
  await mentee.close();
});

test.describe("a person who moves", () => {
  test("the same person in a second tab takes over, and the first says so", async ({ browser, problems, allowed }) => {
    const seeded = await seedSession("0s");
    const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
    const second = await mentee.context.newPage();
    await second.goto(`/meeting/${seeded.sessionId}`);
    await ready(second);
    const inAnotherTab = second.getByText("You are in this meeting in another tab of this browser.");
    await expect(inAnotherTab).toBeVisible();
    // The server is not even asked.
    const asked: string[] = [];
    second.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await second.getByRole("button", { name: "Join meeting" }).click();
    await expect(second.getByRole("button", { name: "Move the call here" })).toBeFocused();
    expect(asked).not.toContain("/api/fn/join");
    await expect(mentee.leaveButton).toBeVisible();
    await second.getByRole("button", { name: "Move the call here" }).click();
    await expect(mentee.page).toHaveURL(/\/dashboard\?left=.*why=other_tab/, { timeout: 30_000 });
    await expect(mentee.page.getByText("The meeting goes on in another tab of this browser.")).toBeVisible();
    await expect(second.getByRole("button", { name: "Leave", exact: true })).toBeVisible();
    await expectPlaying(mentor.page, `Video of ${MENTEE}`);

    // A third tab hears of the leaving without asking, and may come in then.
    const third = await mentee.context.newPage();
    await third.goto(`/meeting/${seeded.sessionId}`);
    await ready(third);
    await expect(third.getByText("You are in this meeting in another tab of this browser.")).toBeVisible();
    await second.close();
    await expect(third.getByText("You are in this meeting in another tab of this browser.")).toHaveCount(0);
    await third.close();

    await mentor.close();
    await mentee.close();
  });

  test("the same person on another device moves the call there, and the first one says so", async ({ browser, problems, allowed }) => {
    const seeded = await seedSession("0s");
    const first = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
    const second = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
    await first.join(seeded.sessionId);
    await second.preJoin(seeded.sessionId);
    await second.joinButton.click();
    await expect(second.page.getByText("You are in this meeting on another device or in another browser.")).toBeVisible();
    await expect(first.leaveButton).toBeVisible();
    await second.page.getByRole("button", { name: "Move the call here" }).click();
    await expect(first.page).toHaveURL(/\/dashboard\?left=.*why=moved/, { timeout: 30_000 });
    await expect(first.page.getByText("You joined this meeting on another device")).toBeVisible();
    await expect(second.leaveButton).toBeVisible();
    await first.close();
    await second.close();
  });
});
