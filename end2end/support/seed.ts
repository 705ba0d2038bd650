/** People and sessions for tests, made by the product's own `seed` command. */
import { readFileSync } from "node:fs";
import { ask } from "./servers";

export interface Account {
  role: "mentor" | "mentee" | "outsider" | "admin";
  email: string;
  password: string;
}

export interface Demo {
  appUrl: string;
  accounts: Account[];
  mentorId: string;
  sessionId: string;
  earlySessionId: string;
  pastSessionId: string;
}

/** One session with two people of its own, so that tests never get into each other's way. */
export interface SeededSession {
  sessionId: string;
  mentor: Account;
  mentee: Account;
}

/** Names that `seed` gives its people. */
export const MENTOR = "Maya Okafor";
export const MENTEE = "Leo Tanaka";

const control = (...words: string[]): Promise<string> => ask(process.env.YM_CONTROL, ...words);

export async function seedDemo(): Promise<Demo> {
  return JSON.parse(await control("seed", "--demo", "--json")) as Demo;
}

export function accountOf(accounts: Account[], role: Account["role"]): Account {
  const found = accounts.find((account) => account.role === role);
  if (!found) throw new Error(`seed made no ${role}`);
  return found;
}

/** `startsIn` like `0s`, `15m8s` or `-3h`; the window opens 15 minutes before and closes 2 hours after. */
export async function seedSession(startsIn: string, title = "A session for a test"): Promise<SeededSession> {
  return sessionOf(await control("seed", "session", "--starts-in", startsIn, "--title", title));
}

/** What `seed session` printed. */
export function sessionOf(printed: string): SeededSession {
  const made = JSON.parse(printed) as { sessionId: string; accounts: Account[] };
  return {
    sessionId: made.sessionId,
    mentor: accountOf(made.accounts, "mentor"),
    mentee: accountOf(made.accounts, "mentee"),
  };
}

export const livekit = {
  kill: () => control("kill", "livekit"),
  start: () => control("start", "livekit"),
};

/** Processor time and memory that the app has used so far; the numbers are Linux's. */
export function usage(): { cpuSeconds: number; residentMb: number } {
  const app = `/proc/${process.env.YM_APP_PID}`;
  // Behind the program's name, which may hold spaces: utime and stime are fields 14 and 15, in hundredths of a second.
  const fields = readFileSync(`${app}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`${app}/status`, "utf8"))?.[1];
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, residentMb: Number(resident) / 1000 };
}
