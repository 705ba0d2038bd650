import { logOf } from "./processes";
import { Stack } from "./stack";

/** Starts the servers once for the whole run; the workers find them by these two variables. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const stack = new Stack();
  try {
    await stack.start();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  process.env.YM_APP_URL = stack.appUrl;
  process.env.YM_CONTROL_URL = stack.controlUrl;
  return async () => {
    await stack.stop();
    const complaints = stack.complaints();
    if (complaints.length > 0) throw new Error(`the app's log (${logOf("app")}) has\n${complaints.join("\n")}`);
  };
}
