import ipaddr from 'ipaddr.js';
import { quoted } from '../quoted.ts';
import { type Address, parseAddress } from './address.ts';
import { isHostName, plainHost } from './host-name.ts';

/** Hosts and addresses that an operator vouches for although they are not public. */
export type AllowList = {
  /** True for a host name of the list; its addresses are not judged then. */
  hasHost(hostname: string): boolean;
  /** True for an IP address within a range of the list. */
  hasAddress(address: string): boolean;
};

type Range = readonly [Address, number];

/**
 * Reads entries that are each an IP address, a CIDR range or a host name (exact, without wildcard).
 * Throws RangeError for anything else.
 */
export const makeAllowList = (entries: readonly string[]): AllowList => {
  const ranges: Range[] = [];
  const hosts = new Set<string>();
  for (const entry of entries) {
    const range = rangeOf(entry);
    if (range) ranges.push(range);
    else hosts.add(hostOf(entry));
  }
  return {
    hasHost: (hostname) => hosts.has(plainHost(hostname)),
    hasAddress: (text) => {
      const address = parseAddress(text);
      return address !== undefined && ranges.some((range) => isWithin(address, range));
    },
  };
};

const rangeOf = (entry: string): Range | undefined => {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  const address = parseAddress(entry);
  return address && [address, address.kind() === 'ipv4' ? 32 : 128];
};

const hostOf = (entry: string): string => {
  const host = plainHost(entry);
  if (!isHostName(host)) {
    throw new RangeError(`${quoted(entry)} on the allow-list is no IP address, no CIDR range and no host name.`);
  }
  return host;
};

const isWithin = (address: Address, [network, bits]: Range): boolean =>
  address.kind() === network.kind() && address.match(network, bits);
