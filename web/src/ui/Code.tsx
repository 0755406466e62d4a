// Hashes and commands: mono type on sunken ground, with a copy button where it is meant to be run.
import { useState } from "react";
import { t } from "@/text/en";
import css from "./Code.module.css";

export function CodeBlock({ children, copy }: { children: React.ReactNode; copy?: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <div className={css.block}>
      <code>{children}</code>
      {copy !== undefined && (
        <button type="button" className={css.copy} onClick={() => void navigator.clipboard.writeText(copy).then(() => setCopied(true))}>
          {copied ? t.actions.copied : t.actions.copy}
        </button>
      )}
    </div>
  );
}

/** A digest with its first and last characters strong: what people compare by eye. */
export function Digest({ value }: { value: string }) {
  return (
    <CodeBlock copy={value}>
      sha256 <b>{value.slice(0, 6)}</b>{value.slice(6, -4)}<b>{value.slice(-4)}</b>
    </CodeBlock>
  );
}
