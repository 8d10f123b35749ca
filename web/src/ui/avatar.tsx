const HUES = [12, 40, 75, 130, 165, 195, 225, 255, 285, 315, 345];

/** Initials on a colour that stays with the person. Decorative: the name stands beside it. */
export function Avatar({
  id,
  name,
  className = 'size-9 text-sm',
}: {
  id: number;
  name: string;
  className?: string;
}) {
  const hue = HUES[id % HUES.length];
  return (
    <span
      aria-hidden="true"
      className={`inline-flex shrink-0 items-center justify-center rounded-[30%] font-semibold select-none ${className}`}
      style={{
        background: `light-dark(oklch(0.88 0.06 ${hue}), oklch(0.42 0.07 ${hue}))`,
        color: `light-dark(oklch(0.36 0.09 ${hue}), oklch(0.94 0.04 ${hue}))`,
      }}
    >
      {initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => word !== '');
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
