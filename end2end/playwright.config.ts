import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

/** The browser to use: the one that CHROMIUM names, an installed one, else Playwright's own. */
function chromium(...first: string[]): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  return [
    ...first,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ].find((path) => existsSync(path));
}

const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream=fps=10",
];

/** For calls: the browser that people have. */
export const wholeBrowser = { launchOptions: { args, executablePath: chromium() } };

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  globalSetup: "./support/global-setup.ts",
  // A call needs two browsers, the app and LiveKit: one test at a time, unless ./test says that there are no calls.
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    baseURL: process.env.YM_APP_URL,
    // Times are shown in the zone of the account, whatever the browser's zone is.
    timezoneId: "Asia/Tokyo",
    locale: "en-GB",
    // Recording costs a third of the time; `--trace retain-on-failure` asks for it.
    trace: "off",
    screenshot: "only-on-failure",
    permissions: [],
    // The same engine without a browser's window around it: a third quicker. Calls are made in the whole browser.
    launchOptions: { args, executablePath: chromium("/usr/bin/chromium-headless-shell") },
  },
  projects: [
    { name: "hydrated", testIgnore: "**/call/**" },
    {
      name: "no-js",
      testIgnore: ["**/call/**", "**/*.hydrate.spec.ts"],
      use: { javaScriptEnabled: false },
    },
    {
      name: "call",
      testMatch: "**/call/**/*.spec.ts",
      timeout: 240_000,
      use: wholeBrowser,
    },
  ],
});
