import type { ComponentProps } from "react";
import { Icon, type IconName } from "./Icon";

interface ButtonProps extends ComponentProps<"button"> {
  kind?: "main" | "soft" | "good" | "bad" | "plain" | undefined;
  size?: "small" | "large" | undefined;
  icon?: IconName | undefined;
  /** What a button of an icon alone is called. */
  label?: string | undefined;
}

/** A button; with `icon` and `label` and nothing inside it is an icon alone. */
export function Button({ kind, size, icon, label, className, children, type = "button", ...others }: ButtonProps) {
  const isIcon = icon !== undefined && (children === undefined || children === null);
  const classes = ["button", kind, size, isIcon && "only-icon", className].filter(Boolean).join(" ");
  return (
    <button type={type} className={classes} aria-label={label} title={isIcon ? label : undefined} {...others}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}
