import { defineConfig } from "@playwright/test";
import tests, { wholeBrowser } from "./playwright.config";

/** Programs that use the test servers without being tests: `cargo xtask bench`, `cargo xtask screenshots`, `cargo xtask chaos`. */
export default defineConfig({
  ...tests,
  use: { ...tests.use, ...wholeBrowser },
  testDir: "tools",
  timeout: 900_000,
  reporter: [["list"]],
  projects: [
    { name: "bench", testMatch: "bench.ts" },
    { name: "screenshots", testMatch: "screenshots.ts" },
    { name: "rooms", testMatch: "rooms.ts" },
  ],
});
