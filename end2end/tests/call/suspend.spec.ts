import { meet } from "../../support/call";
import { client, expect, test } from "../../support/fixtures";
import { expectPlaying } from "../../support/media";
import { accountOf, MENTEE, seedDemo, seedSession } from "../../support/seed";

// livekit-client reports its data channels as errors when LiveKit closes a connection before the page does, and browsers
// report every answer that is no success.
test.use({
  allowed:
    /DataChannel error on \w+: User-Initiated Abort|publisher data channel '\w+' closed unexpectedly|Failed to load resource.*(401|403|410)/,
});

test("a mentor who is suspended in mid-call is out within two seconds, and the mentee reads that it ended", async ({
  browser,
  problems,
  allowed,
}) => {
  const seeded = await seedSession("-5m");
  const [mentor, mentee] = await meet(browser, seeded, problems, allowed);
  await expectPlaying(mentor.page, `Video of ${MENTEE}`);
  const popup = mentee.page.waitForEvent("popup");
  await mentee.page.getByRole("link", { name: "Report a concern" }).click();
  await expect((await popup).getByRole("button", { name: "Send report" })).toBeVisible();
  await (await popup).close();

  const me = (await (await mentor.context.request.get("/api/me")).json()) as { data: { id: string } };
  const admin = await client(accountOf((await seedDemo()).accounts, "admin"));
  const began = performance.now();
  const suspended = await admin.post("/api/fn/admin_action", {
    form: { what: "suspend", id: me.data.id },
    headers: { accept: "application/json" },
  });
  expect(suspended.ok(), await suspended.text()).toBe(true);
  await mentor.page.waitForURL(/\/(dashboard|auth\/signin)/, { timeout: 10_000 });
  const seconds = (performance.now() - began) / 1000;
  expect(seconds, "out of the call").toBeLessThan(2);
  await expect(mentee.page).toHaveURL(/why=ended_by_admin/, { timeout: 10_000 });
  expect((await mentor.context.request.get("/api/me")).status()).toBe(401);
  await admin.dispose();
  await mentor.close();
  await mentee.close();
});
