// Telephone numbers as people write them; whatever is masked stays so.

/** `01012345678` is 010-1234-5678; of a SIP address the part before the @. */
export function shownNumber(number: string): string {
  const plain = number.replace(/^sips?:/, "").replace(/[@;].*$/, "");
  const digits = plain.replace(/^\+82/, "0").replace(/[-\s]/g, "");
  if (!/^[0-9*]{8,12}$/.test(digits)) return plain;
  if (/^1[0-9*]{7}$/.test(digits)) return `${digits.slice(0, 4)}-${digits.slice(4)}`;
  if (!digits.startsWith("0")) return plain;
  const area = digits.startsWith("02") ? 2 : /^050/.test(digits) ? 4 : 3;
  const rest = digits.slice(area);
  return `${digits.slice(0, area)}-${rest.slice(0, rest.length - 4)}-${rest.slice(-4)}`;
}
