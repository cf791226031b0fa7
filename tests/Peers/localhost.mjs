// RFC 6761 §6.3: names below localhost are this machine. Browsers know that, the resolver of many systems does not.
import dns from 'node:dns';

const lookup = dns.lookup;
dns.lookup = (name, ...rest) => lookup(/(^|\.)localhost$/i.test(name) ? '127.0.0.1' : name, ...rest);
