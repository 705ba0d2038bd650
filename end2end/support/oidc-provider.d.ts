/** What the tests use of oidc-provider, which has no types of its own. */
declare module "oidc-provider" {
  import type { Server } from "node:http";

  interface Claims {
    sub: string;
    [claim: string]: unknown;
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    listen(port: number, host: string, started: () => void): Server;
  }

  export interface Account {
    accountId: string;
    claims(): Claims;
  }
}
