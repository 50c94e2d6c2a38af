import ipaddr from 'ipaddr.js';

export type Address = ReturnType<typeof ipaddr.parse>;

/** `2000::/3`, the only part of IPv6 that is given out to the public; everything outside is special or not assigned. */
const GLOBAL_UNICAST_V6: [Address, number] = [new ipaddr.IPv6([0x2000, 0, 0, 0, 0, 0, 0, 0]), 3];

/**
 * An IP address in a spelling that every system reads alike; `undefined` for all others. `8.8.8` and `010.0.0.1` are
 * addresses to some, and not to all the same ones.
 */
export const parseAddress = (text: string): Address | undefined =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.parse(text) : undefined;

/**
 * Whether an IP address is one that the public Internet routes to a single host (P21). Judges the address, never a
 * name. Addresses that carry another one within (mapped, NAT64, 6to4, Teredo) are not public, whatever they carry:
 * the inner address would be the one that is reached.
 */
export const isPublicAddress = (text: string): boolean => {
  const address = parseAddress(text);
  if (address?.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST_V6);
};
