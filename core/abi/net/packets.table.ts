/** Offsets and numbers of Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), UDP (RFC 768), DHCP (RFC 2131, 2132). */

export const Ethernet = { size: 14, destination: 0, source: 6, type: 12 } as const;
export const EtherType = { ipv4: 0x0800, arp: 0x0806 } as const;

/** ARP for IPv4 over Ethernet. */
export const Arp = { size: 28, hardware: 0, protocol: 2, lengths: 4, operation: 6, senderMac: 8, senderIp: 14, targetMac: 18, targetIp: 24 } as const;
export const ArpOperation = { request: 1, reply: 2 } as const;

export const Ipv4 = { size: 20, versionLength: 0, totalLength: 2, identification: 4, fragment: 6, ttl: 8, protocol: 9, checksum: 10, source: 12, destination: 16 } as const;
export const Protocol = { icmp: 1, tcp: 6, udp: 17 } as const;

export const Icmp = { type: 0, code: 1, checksum: 2 } as const;
export const IcmpType = { echoReply: 0, echoRequest: 8 } as const;

/** RFC 9293. */
export const Tcp = { size: 20, source: 0, destination: 2, sequence: 4, acknowledgement: 8, offset: 12, flags: 13, window: 14, checksum: 16 } as const;

export const Udp = { size: 8, source: 0, destination: 2, length: 4, checksum: 6 } as const;

/** BOOTP header as DHCP uses it; options follow the magic cookie. */
export const Dhcp = { op: 0, htype: 1, hlen: 2, xid: 4, flags: 10, clientIp: 12, yourIp: 16, serverIp: 20, clientMac: 28, cookie: 236, options: 240 } as const;
export const DhcpPort = { server: 67, client: 68 } as const;
export const DHCP_COOKIE = 0x6382_5363;
export const DhcpType = { discover: 1, offer: 2, request: 3, decline: 4, ack: 5, nak: 6, release: 7 } as const;
export const DhcpOption = { pad: 0, mask: 1, router: 3, dns: 6, hostName: 12, requestedIp: 50, leaseSeconds: 51, type: 53, server: 54, end: 255 } as const;
