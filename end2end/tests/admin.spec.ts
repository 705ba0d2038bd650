import { expect, open, test } from "../support/fixtures";
import { accountOf, seedDemo } from "../support/seed";

const tabs = [
  { path: "/admin", heading: "Rooms" },
  { path: "/admin/jobs", heading: "Jobs" },
  { path: "/admin/webhooks", heading: "Webhooks" },
  { path: "/admin/users", heading: "Users" },
  { path: "/admin/disputes", heading: "Disputes" },
  { path: "/admin/audit", heading: "Audit log" },
];

for (const { path, heading } of tabs) {
  test(`${heading} has a tab of its own`, async ({ signedIn }) => {
    const { accounts } = await seedDemo();
    const page = await signedIn(accountOf(accounts, "admin"));
    await open(page, path);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    const current = page.getByRole("navigation", { name: "Admin" }).locator("[aria-current=page]");
    await expect(current).toHaveText(heading);
  });
}

test("an admin finds a person by address", async ({ signedIn }) => {
  const { accounts } = await seedDemo();
  const page = await signedIn(accountOf(accounts, "admin"));
  await open(page, "/admin/users");
  const { email } = accountOf(accounts, "outsider");
  await page.getByLabel("Name or address").fill(email);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.locator("dd", { hasText: email })).toHaveCount(1);
});
