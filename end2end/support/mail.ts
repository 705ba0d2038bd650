/** Emails that the product wrote, as its own page for developers shows them. */
import { expect, type Page } from "@playwright/test";

/** Waits for an email to `address` whose subject has `subject`; its text. */
export async function emailTo(page: Page, address: string, subject: string): Promise<string> {
  let found: string | undefined;
  const entry = /<a href="(\/dev\/mail\/[^"]+)"><strong>([^<]*)<\/strong><p>To ([^<]*)<br>/g;
  await expect
    .poll(
      async () => {
        const list = await (await page.request.get("/dev/mail")).text();
        const entries = [...list.matchAll(entry)];
        found = entries.find(([, , title, to]) => to?.includes(address) && title?.includes(subject))?.[1];
        return found;
      },
      { message: `an email "${subject}" to ${address}` },
    )
    .toBeDefined();
  const email = await (await page.request.get(found ?? "")).text();
  return /<pre>([\s\S]*?)<\/pre>/.exec(email)?.[1] ?? "";
}

/** The address of the link in an email. */
export async function linkTo(page: Page, address: string, subject: string): Promise<string> {
  const text = await emailTo(page, address, subject);
  const link = /https?:\/\/\S+\?token=[\w-]+/.exec(text)?.[0];
  if (!link) throw new Error(`no link in ${text}`);
  return link;
}
