/** Three lanes, and a task on its way from one to the next. */
export function Logo({ size = 22 }: { size?: number }) {
  return <img className="logo" src="/favicon.svg" width={size} height={size} alt="" />;
}
