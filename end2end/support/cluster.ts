/**
 * The product on several machines, all of them this one: three app processes on one PostgreSQL behind HAProxy with the
 * file of production, and two LiveKit nodes that share a Redis (`xtask/src/servers/cluster.rs`).
 */
import { execFile } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { connect } from "node:net";
import { promisify } from "node:util";
import { type SeededSession, sessionOf } from "./seed";
import { ask, type Report, Servers } from "./servers";

const run = promisify(execFile);

export class Cluster {
  private servers?: Servers;

  async start(): Promise<void> {
    this.servers = await Servers.start("--cluster");
  }

  async stop(): Promise<void> {
    await this.servers?.stop();
  }

  private get report(): Report {
    if (!this.servers) throw new Error("the cluster does not run");
    return this.servers.report;
  }

  get appUrl(): string {
    return this.report.appUrl;
  }

  /** Hosts and ports. */
  get apps(): string[] {
    return this.report.apps;
  }

  /** Hosts and ports of the LiveKit nodes. */
  get nodes(): string[] {
    return this.report.nodes;
  }

  private async order(...words: string[]): Promise<string> {
    return await ask(this.report.control, ...words);
  }

  async startApp(n: number): Promise<void> {
    await this.order("start", `app${n + 1}`);
  }

  /** `kill` as a crash, `stop` as an update. */
  async endApp(n: number, how: "kill" | "stop"): Promise<void> {
    await this.order(how, `app${n + 1}`);
  }

  async startNode(n: number): Promise<void> {
    await this.order("start", `livekit${n + 1}`);
  }

  async killNode(n: number): Promise<void> {
    await this.order("kill", `livekit${n + 1}`);
  }

  async seedSession(startsIn: string, title = "A session of the cluster"): Promise<SeededSession> {
    return sessionOf(await this.order("seed", "session", "--starts-in", startsIn, "--title", title));
  }

  /** A webhook as LiveKit sends it: the body's hash in a ticket that our secret signed. */
  async webhook(message: object): Promise<number> {
    const body = JSON.stringify(message);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.report.livekitKey,
      nbf: now - 5,
      exp: now + 300,
      sha256: createHash("sha256").update(body).digest("base64"),
    };
    const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    const signature = createHmac("sha256", this.report.livekitSecret).update(text).digest("base64url");
    const headers = { authorization: `${text}.${signature}`, "content-type": "application/webhook+json" };
    return (await fetch(`${this.appUrl}/api/livekit/webhook`, { method: "POST", headers, body })).status;
  }

  /** Rooms by LiveKit node, as Redis has them. */
  async roomsByNode(): Promise<number[]> {
    const { stdout } = await run("redis-cli", ["-p", String(this.report.redisPort), "hvals", "room_node_map"]);
    const counts = new Map<string, number>();
    for (const node of stdout.split("\n").filter(Boolean)) counts.set(node, (counts.get(node) ?? 0) + 1);
    return [...counts.values()];
  }

  /** Requests that each server of a backend has answered. */
  async answered(backend: string): Promise<Record<string, number>> {
    const text = await new Promise<string>((resolve, reject) => {
      let answer = "";
      const socket = connect(this.report.proxySocket ?? "", () => socket.end("show stat\n"));
      socket.on("data", (data) => (answer += data.toString()));
      socket.once("end", () => resolve(answer));
      socket.once("error", reject);
    });
    const [head = [], ...lines] = text.split("\n").map((line) => line.split(","));
    const of = (line: string[], name: string): string => line[head.indexOf(name)] ?? "";
    const servers = lines.filter((line) => line[0] === backend && line[1] !== "BACKEND");
    return Object.fromEntries(servers.map((line) => [line[1] ?? "", Number(of(line, "hrsp_2xx"))]));
  }
}
