// All that the jobs take of Node.
declare const process: { env: Record<string, string | undefined> };
