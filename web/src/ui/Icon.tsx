// Line icons of the side bar and the tool rail: they name places and tools, they decorate nothing.
const PATHS = {
  overview: "M2.5 7 8 2.5 13.5 7M4 6v7.5h8V6M6.7 13.5V9.7h2.6v3.8",
  items: "M2.5 3h11v10h-11zM2.5 11l3.2-3.5 2.6 2.6 2-1.8 3.2 2.9M10.6 5.9h.1",
  annotate: "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2zM9.3 4.5l2.2 2.2",
  adjudicate: "M8 2.5v11M5 13.5h6M3 4.5h10M3 4.5 1.4 9a1.8 1.8 0 0 0 3.2 0zM13 4.5 11.4 9a1.8 1.8 0 0 0 3.2 0z",
  review: "M2.5 8.5 5.5 11.5 13 4M13.5 9v4.5h-11V2.5h7",
  findings: "M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4M10.1 10.1l3.4 3.4",
  people: "M6 3a2.3 2.3 0 1 1 0 4.6A2.3 2.3 0 0 1 6 3M1.8 13c.3-2.5 2-3.8 4.2-3.8s3.9 1.3 4.2 3.8M10.6 3.3a2.2 2.2 0 0 1 0 4.2M11.8 9.5c1.4.5 2.2 1.7 2.4 3.5",
  guideline: "M8 3.5C6.5 2.7 4.6 2.5 2.5 2.6v9.9c2.1-.1 4 .1 5.5 1 1.5-.9 3.4-1.1 5.5-1V2.6C11.4 2.5 9.5 2.7 8 3.5v10",
  gold: "M8 2.2 9.8 6l4.1.5-3 2.9.8 4.1L8 11.4l-3.7 2.1.8-4.1-3-2.9L6.2 6z",
  releases: "M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8zM5.3 5.3h.1",
  models: "M4.5 4.5h7v7h-7zM7 7h2v2H7zM6 4.5v-2M10 4.5v-2M6 13.5v-2M10 13.5v-2M4.5 6h-2M4.5 10h-2M13.5 6h-2M13.5 10h-2",
  promotions: "M8 13.5v-9M4.5 8 8 4.5 11.5 8M3.5 2.5h9",
  imports: "M8 10.5v-8M5 5.5l3-3 3 3M2.5 10v3.5h11V10",
  batches: "M8 2.3 14 5.2 8 8.1 2 5.2zM2.6 8 8 10.7 13.4 8M2.6 10.8 8 13.5l5.4-2.7",
  schema: "M2.5 3h4v4h-4zM9.5 9h4v4h-4zM4.5 7v4.2h5M9.5 3.5h4M9.5 5.8h2.5",
  settings: "M3 4.5h6M12 4.5h1M3 11.5h1M7 11.5h6M10.5 3a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3M5.5 10a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3",
  audit: "M4.5 3.5h9M4.5 8h9M4.5 12.5h9M2.3 3.5h.1M2.3 8h.1M2.3 12.5h.1",
  me: "M8 2.5a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4M3 13.5c.4-2.8 2.3-4.2 5-4.2s4.6 1.4 5 4.2",
  inbox: "M2.5 9 4.2 2.8h7.6L13.5 9v4.2h-11zM2.5 9h3.3l.9 1.8h2.6l.9-1.8h3.3",
  questions: "M2.5 3h11v8H8l-3 2.7V11H2.5zM6.6 6a1.5 1.5 0 1 1 2 1.4c-.4.2-.6.4-.6.8M8 9.6h.1",
  doubts: "M8 2.2 14.2 13H1.8zM8 6.4v3M8 11.2h.1",
  agreement: "M6 3.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6M10 3.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6",
  costs: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M9.8 6.1C9.4 5.4 8.8 5.2 8 5.2c-1 0-1.7.5-1.7 1.3 0 1.9 3.5.9 3.5 2.9 0 .9-.8 1.4-1.8 1.4-.9 0-1.6-.3-1.9-1.1M8 4.2v1M8 10.8v1",
  drift: "M1.5 11.5 4.5 9l2.5 1.5 2-6 2.5 2.5 3-2.5M1.5 13.8h13",
  selection: "M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.3 11.4l1.6 1.7 3-3.6",
  rulebook: "M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.2",
  production: "M1.5 8.5h3l2-5 3 9 2-5h3",
  readiness: "M5.5 3.5h8M5.5 8h8M5.5 12.5h8M1.8 3.4l.8.8 1.3-1.5M1.8 7.9l.8.8 1.3-1.5M1.8 12.4l.8.8 1.3-1.5",
  practice: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11M8 5.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4M8 8h.1",
  select: "M3.5 2.5 12 7.6 8.2 8.6 6.4 12.5z",
  box: "M2.5 3.5h11v9h-11z",
  rotated: "M8.5 1.8 14.2 7.5 7.5 14.2 1.8 8.5z",
  polygon: "M8 2 14 6.4 11.7 13.5H4.3L2 6.4z",
  line: "M2 12.5 6 5.5 10 9.5 14 3.5",
  brush: "M13.5 2.5 7.2 8.8M7.2 8.8c-1.2-.6-2.7-.1-3.2 1.2-.4 1.2-.7 2.2-1.9 2.9 2.2.8 5 .5 5.8-1.5.4-1 .1-2-.7-2.6",
  eraser: "M6.2 13.5 2.4 9.7 9.2 2.9l4.2 4.2-6.3 6.4zM5.6 6.6l4.2 4.2M6.5 13.5h7",
  point: "M8 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M8 8h.1",
  wand: "M2.5 13.5 9.5 6.5M11 2.2v2.6M11 8v2.6M13.8 5.2h-2M9.2 3.6l1 1M13 3.4l-1 1M13 7.2l-1-1",
  tag: "M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8zM5.3 5.3h.1",
  hand: "M5 9V4.2a1 1 0 0 1 2 0V7.5 3a1 1 0 0 1 2 0v4.5-4a1 1 0 0 1 2 0v5-2.2a1 1 0 0 1 2 0v3.5c0 2.4-1.6 3.9-4 3.9-2 0-3.1-.8-4.1-2.6L2.7 8.5c-.4-.8.7-1.5 1.3-.8z",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  eye: "M1.5 8C3 5.2 5.3 3.8 8 3.8S13 5.2 14.5 8C13 10.8 10.7 12.2 8 12.2S3 10.8 1.5 8M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6",
  chevron: "M4 6.2 8 10.2 12 6.2",
  right: "M6.2 4 10.2 8 6.2 12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Four corners around a cross: the corner brackets of a suggestion that a person closes. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" fill="none" strokeLinecap="square" aria-hidden="true" focusable="false">
      <path d="M2 6V2h4M12 2h4v4M16 12v4h-4M6 16H2v-4" stroke="currentColor" strokeWidth="2" />
      <path d="M9 6.2v5.6M6.2 9h5.6" stroke="var(--accent)" strokeWidth="1.8" />
    </svg>
  );
}
