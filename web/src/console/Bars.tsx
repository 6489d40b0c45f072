/** Numbers by time as stacked bars. Beside them stands a table with the same numbers, for those who don't see them. */
import { useEffect, useId, useRef, useState } from "react";

/** Names the colour: see charts.css. */
export type Tone = "accent" | "soft" | "warm" | "bad";

export interface Series {
  tone: Tone;
  label: string;
  values: readonly number[];
}

interface Props {
  label: string;
  /** What stands below each bar, and in its tooltip. */
  times: readonly string[];
  series: readonly Series[];
  /** Writes a sum, shortly. */
  write: (value: number) => string;
}

/** Until it is measured. */
const WIDTH = 700;
const HEIGHT = 180;
const TOP = 22;
/** Words below the bars stand at least so far apart. */
const WORD = 64;

export function Bars({ label, times, series, write }: Props) {
  const id = useId();
  const sums = times.map((_, index) => series.reduce((sum, one) => sum + (one.values[index] ?? 0), 0));
  const most = Math.max(...sums, 0);
  const frame = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(WIDTH);
  useEffect(() => {
    const box = frame.current;
    if (box === null) return;
    // Drawn in the screen's own pixels, so that words keep their size.
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(1, entry.contentRect.width)));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const step = width / Math.max(1, times.length);
  const gap = Math.min(8, step / 4);
  const every = Math.max(1, Math.ceil(WORD / step));
  return (
    <figure className="bars" ref={frame}>
      <svg viewBox={`0 0 ${width} ${HEIGHT + 20}`} role="img" aria-labelledby={id}>
        <title id={id}>{label}</title>
        {[0.5, 1].map((part) => (
          <line
            key={part}
            className="grid"
            x1="0"
            x2={width}
            y1={HEIGHT - part * (HEIGHT - TOP)}
            y2={HEIGHT - part * (HEIGHT - TOP)}
          />
        ))}
        <line x1="0" x2={width} y1={HEIGHT} y2={HEIGHT} />
        <text x="0" y="14">
          {write(most)}
        </text>
        {times.map((time, index) => {
          let top = HEIGHT;
          return (
            <g key={time}>
              <title>{`${time}: ${series.map((one) => `${one.label} ${write(one.values[index] ?? 0)}`).join(", ")}`}</title>
              <rect className="hit" x={index * step} y={0} width={step} height={HEIGHT} />
              {series.map((one) => {
                const height = most === 0 ? 0 : ((one.values[index] ?? 0) / most) * (HEIGHT - TOP);
                top -= height;
                return (
                  <rect
                    key={one.tone}
                    className={one.tone}
                    x={index * step + gap / 2}
                    y={top}
                    width={step - gap}
                    height={height}
                  />
                );
              })}
              {index % every === 0 && (
                <text
                  x={index === 0 ? 0 : index * step + step / 2}
                  y={HEIGHT + 15}
                  className={index === 0 ? "" : "middle"}
                >
                  {time}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption>
        {series.map((one) => (
          <span key={one.tone} className={one.tone}>
            {one.label}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
