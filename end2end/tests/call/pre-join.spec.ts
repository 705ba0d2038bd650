import { Caller } from "../../support/call";
import { expect, open, test } from "../../support/fixtures";
import { expectPlaying } from "../../support/media";
import { seedSession } from "../../support/seed";

test("the device check shows the camera, offers devices, and remembers choices", async ({ browser, problems, allowed }) => {
  const seeded = await seedSession("0s");
  const mentee = await Caller.signedIn(browser, seeded.mentee, problems, allowed);
  await mentee.preJoin(seeded.sessionId);
  await expectPlaying(mentee.page, "Your video");
  const { page } = mentee;
  await expect(mentee.toggle("Camera")).toBeVisible();
  await expect(mentee.toggle("Microphone")).toBeVisible();
  for (const name of ["Camera device", "Microphone device", "Speaker device"]) {
    await expect(page.getByRole("combobox", { name }).locator("option").first()).toBeAttached();
  }
  await expect(page.getByRole("button", { name: "Play test sound" })).toBeVisible();

  const microphones = page.getByRole("combobox", { name: "Microphone device" });
  const wanted = (await microphones.locator("option").allInnerTexts()).find((label) => label.includes("Fake Audio Input 2"));
  expect(wanted).toBeDefined();
  await microphones.selectOption({ label: wanted ?? "" });
  await mentee.toggle("Camera").click();
  await expect(page.locator('video[aria-label="Your video"]')).toBeHidden();

  await open(page, `/meeting/${seeded.sessionId}`);
  await expect(mentee.joinButton).toBeEnabled({ timeout: 30_000 });
  await expect(page.locator('video[aria-label="Your video"]')).toBeHidden();
  await expect(microphones.locator("option:checked")).toHaveText(wanted ?? "");
  await mentee.close();
});

for (const [kind, other] of [
  ["video", "Microphone"],
  ["audio", "Camera"],
] as const) {
  test(`a refused ${kind} device leaves the other alone and joining possible`, async ({ browser, problems }) => {
    const seeded = await seedSession("0s");
    const mentee = await Caller.signedIn(browser, seeded.mentee, problems, /Permission denied|NotAllowedError/);
    await mentee.context.addInitScript((refused) => {
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        if (wanted?.[refused as "video" | "audio"]) throw new DOMException("Permission denied", "NotAllowedError");
        return await real(wanted);
      };
    }, kind);
    await mentee.preJoin(seeded.sessionId);
    await expect(
      mentee.page
        .getByText(kind === "video" ? /camera/i : /microphone/i)
        .filter({ hasText: /allow|block|permission/i })
        .first(),
    ).toBeVisible();
    if (other === "Camera") await expectPlaying(mentee.page, "Your video");
    await mentee.joinButton.click();
    await expect(mentee.leaveButton).toBeVisible({ timeout: 30_000 });
    await mentee.close();
  });
}
