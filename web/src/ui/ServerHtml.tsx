// The one place that shows HTML: text the server has rendered from Markdown and cleaned. No script in it can run.
import { useLayoutEffect, useRef } from "react";

interface HtmlPolicy {
  createHTML(html: string): string;
}

interface PolicyFactory {
  createPolicy(name: string, rules: HtmlPolicy): HtmlPolicy;
}

/** The content policy demands Trusted Types: only what passes through here may become markup. */
const policy: HtmlPolicy = ((globalThis as { trustedTypes?: PolicyFactory }).trustedTypes?.createPolicy("assay-server-html", { createHTML: (html) => html })) ?? { createHTML: (html) => html };

export function ServerHtml({ html, className }: { html: string; className?: string | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (place.current !== null) place.current.innerHTML = policy.createHTML(html);
  }, [html]);
  return <div ref={place} className={className} />;
}
