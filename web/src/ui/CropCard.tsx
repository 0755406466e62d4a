// A mark with its surroundings: the proof behind a number. Full line: drawn; dashed: expected, left out or the other side's; thin: not what it is about; hatched: outside the picture.
import { useId } from "react";
import css from "./CropCard.module.css";

/** x_min, y_min, x_max, y_max in image pixels. */
export type BoxValue = readonly [number, number, number, number];

export interface CropMark {
  readonly bbox: BoxValue;
  readonly colour: string;
  /** `near`: another object in the picture, which it is not about. */
  readonly style: "drawn" | "expected" | "left_out" | "near";
}

export interface CropValue {
  readonly imageUrl: string;
  readonly width: number;
  readonly height: number;
  readonly bbox: BoxValue;
  readonly marks: readonly CropMark[];
}

interface CropCardProps {
  readonly crop: CropValue;
  readonly caption?: React.ReactNode;
  readonly meta?: React.ReactNode;
  /** Width over height of the picture. */
  readonly aspect?: number;
  readonly label: string;
  readonly onOpen?: (() => void) | undefined;
}

export function CropCard({ crop, caption, meta, aspect = 5 / 3, label, onOpen }: CropCardProps) {
  const picture = <CropPicture crop={crop} aspect={aspect} label={label} />;
  return (
    <figure className={css.card}>
      {onOpen === undefined ? picture : <button type="button" className={css.open} onClick={onOpen} aria-label={label}>{picture}</button>}
      {(caption !== undefined || meta !== undefined) && (
        <figcaption className={css.caption}>
          <span>{caption}</span>
          <span className={css.meta}>{meta}</span>
        </figcaption>
      )}
    </figure>
  );
}

function CropPicture({ crop, aspect, label }: { crop: CropValue; aspect: number; label: string }) {
  const hatch = useId();
  const clip = useId();
  const [x, y, width, height] = surroundings(crop.bbox, aspect);
  const px = width / 160; // one pixel of a card 160 wide, in image pixels
  return (
    <svg className={css.picture} viewBox={`${String(x)} ${String(y)} ${String(width)} ${String(height)}`} role="img" aria-label={label} preserveAspectRatio="xMidYMid slice">
      <defs>
        <pattern id={hatch} width={6 * px} height={6 * px} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width={6 * px} height={6 * px} fill="var(--surface)" />
          <line x1="0" y1="0" x2="0" y2={6 * px} stroke="var(--hatch)" strokeWidth={4 * px} />
        </pattern>
        <clipPath id={clip}>
          <rect x="0" y="0" width={crop.width} height={crop.height} />
        </clipPath>
      </defs>
      <rect x={x} y={y} width={width} height={height} fill={`url(#${hatch})`} />
      <g clipPath={`url(#${clip})`}>
        <image href={crop.imageUrl} x="0" y="0" width={crop.width} height={crop.height} preserveAspectRatio="none" />
      </g>
      {crop.marks.map((mark, at) => (
        <MarkOutline key={at} mark={mark} px={px} main={sameBox(mark.bbox, crop.bbox)} />
      ))}
    </svg>
  );
}

function MarkOutline({ mark, px, main }: { mark: CropMark; px: number; main: boolean }) {
  const [xMin, yMin, xMax, yMax] = mark.bbox;
  const box = { x: xMin, y: yMin, width: Math.max(0, xMax - xMin), height: Math.max(0, yMax - yMin), fill: "none" };
  const near = mark.style === "near";
  const stroke = (near ? 0.8 : main ? 2 : 1.3) * px;
  const dash = mark.style === "drawn" || near ? undefined : `${String(5 * px)} ${String(3 * px)}`;
  return (
    <>
      <rect {...box} stroke="#ffffff" strokeWidth={stroke + (near ? 1 : 2) * px} />
      <rect {...box} stroke={mark.colour} strokeWidth={stroke} strokeDasharray={dash} />
    </>
  );
}

function sameBox(a: BoxValue, b: BoxValue): boolean {
  return a.every((value, at) => value === b[at]);
}

/** The part of the image to show: at least half the mark's size on each side, in the card's shape. */
export function surroundings([xMin, yMin, xMax, yMax]: BoxValue, aspect: number): [number, number, number, number] {
  const side = Math.max(xMax - xMin, yMax - yMin, 8);
  const needWidth = xMax - xMin + side;
  const needHeight = yMax - yMin + side;
  const width = Math.max(needWidth, needHeight * aspect);
  const height = width / aspect;
  return [(xMin + xMax) / 2 - width / 2, (yMin + yMax) / 2 - height / 2, width, height];
}

export function CropRow({ children, large = false }: { children: React.ReactNode; large?: boolean }) {
  return <div className={large ? css.rowLarge : css.row}>{children}</div>;
}
