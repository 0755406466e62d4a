// Starts workers of our own: the content policy takes their addresses only from here, and only from this origin.

interface ScriptPolicy {
  createScriptURL(address: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

const rules: ScriptPolicy = {
  createScriptURL(address) {
    if (new URL(address, location.href).origin !== location.origin) throw new Error(`A worker may not come from ${address}.`);
    return address;
  },
};

let policy: ScriptPolicy | null = null;

export function startWorker(address: string): Worker {
  policy ??= (globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy("assay-workers", rules) ?? rules;
  return new Worker(policy.createScriptURL(address), { type: "module" });
}
