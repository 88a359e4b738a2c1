import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export type Tone = "accent" | "good" | "warn" | "bad" | "bot";

export function Badge({ tone, icon, children }: { tone?: Tone | undefined; icon?: IconName; children: ReactNode }) {
  return (
    <span className={tone ? `badge ${tone}` : "badge"}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}
