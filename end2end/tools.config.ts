import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** Programs that use the test servers without being tests: `cargo xtask bench`, `cargo xtask screenshots`, `cargo xtask chaos`. */
export default defineConfig({
  ...tests,
  testDir: "tools",
  timeout: 900_000,
  reporter: [["list"]],
  projects: [
    { name: "bench", testMatch: "bench.ts" },
    { name: "screenshots", testMatch: "screenshots.ts" },
    { name: "rooms", testMatch: "rooms.ts" },
  ],
});
