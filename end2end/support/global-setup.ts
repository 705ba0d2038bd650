import { readFileSync } from "node:fs";
import { logOf, Servers } from "./servers";

/** Signed tokens, our cookies, hashes of passwords, secrets in links, and addresses of people. */
const SECRETS = [/eyJ[\w-]{8,}\.eyJ/, /\bym_(login|sign_up|ceremony|form)=/, /\$argon2/, /[?&](token|code)=\w/, /[\w.+-]+@[\w-]+\.\w{2,}/];

/** Starts the servers once for the whole run; the workers find them by these variables. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const servers = await Servers.start(...(process.env.YM_WEBHOOKS === "off" ? ["--lose-webhooks"] : []));
  process.env.YM_APP_URL = servers.report.appUrl;
  process.env.YM_APP_PID = String(servers.report.appPid);
  process.env.YM_CONTROL = servers.report.control;
  process.env.YM_PROVIDER = JSON.stringify(servers.report.provider);
  return async () => {
    await servers.stop();
    // What the app's log may never hold, whatever the tests did.
    const log = readFileSync(logOf("app"), "utf8").split("\n");
    const complaints = log.filter((line) => line.includes(" panicked at ") || / ERROR /.test(line));
    if (complaints.length > 0) throw new Error(`the app's log (${logOf("app")}) has\n${complaints.join("\n")}`);
    const secrets = [...SECRETS, new RegExp(servers.report.livekitSecret)];
    const told = log.filter((line) => secrets.some((secret) => secret.test(line)));
    if (told.length > 0) throw new Error(`the app's log (${logOf("app")}) tells\n${told.slice(0, 20).join("\n")}`);
  };
}
