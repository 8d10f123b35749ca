export function BrandMark({ className = 'size-8' }: { className?: string }) {
  return <img src="/favicon.svg" alt="" className={`shrink-0 ${className}`} />;
}
