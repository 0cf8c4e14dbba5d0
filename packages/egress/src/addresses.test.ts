import { describe, expect, it } from 'vitest';
import { addressBytes, judgeAddress, type Network, parseNetwork } from './addresses.ts';

const networks = (...texts: readonly string[]): Network[] =>
  texts.map((text) => {
    const network = parseNetwork(text);
    if (!network) throw new Error(`${text} is no network`);
    return network;
  });
const everything = networks('0.0.0.0/0', '::/0');

describe('judgeAddress', () => {
  it.each([
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['10.1.2.3', 'a private address'],
    ['172.16.0.1', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.168.1.1', 'a private address'],
    ['fc00::1', 'a private (unique local) address'],
    ['fdff::1', 'a private (unique local) address'],
    ['100.64.0.1', 'a shared (carrier-grade NAT) address'],
    ['100.127.255.255', 'a shared (carrier-grade NAT) address'],
    ['192.0.0.1', 'a special-purpose address'],
    ['198.19.0.1', 'a benchmarking address'],
    ['203.0.113.9', 'a documentation address'],
    ['2001:db8::1', 'a documentation address'],
    ['fec0::1', 'an address outside the public range'],
    ['100::1', 'an address outside the public range'],
    ['::ffff:127.0.0.1', 'a loopback address, written as IPv6'],
    ['::ffff:7f00:1', 'a loopback address, written as IPv6'],
    ['::ffff:0:10.0.0.1', 'a private address, written as IPv6'],
    ['::10.0.0.1', 'a private address, written as IPv6'],
    ['64:ff9b::10.0.0.1', 'a private address, written as IPv6'],
    ['2002:0a00:0001::1', 'a private address, written as IPv6'],
    ['2002:7f00:0001::', 'a loopback address, written as IPv6'],
  ])('refuses %s unless its network is allowed', (address, found) => {
    expect(judgeAddress(address, [])).toEqual({ isAllowed: false, found });
    expect(judgeAddress(address, everything)).toEqual({ isAllowed: true });
  });

  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '240.0.0.1',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'ff02::1',
    '::',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0.0.0.0',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '2001:0:1::1',
  ])('refuses %s even if every network is allowed', (address) => {
    expect(judgeAddress(address, []).isAllowed).toBe(false);
    expect(judgeAddress(address, everything).isAllowed).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '11.0.0.1',
    '169.253.1.1',
    '2606:4700::1111',
    '64:ff9b::1.1.1.1',
  ])('lets %s through', (address) => {
    expect(judgeAddress(address, [])).toEqual({ isAllowed: true });
  });

  it('opens exactly the network that is allowed, in its IPv6 form too', () => {
    const allow = networks('10.2.0.0/16', 'fd12:3456::/32');
    expect(judgeAddress('10.2.255.1', allow).isAllowed).toBe(true);
    expect(judgeAddress('::ffff:10.2.0.1', allow).isAllowed).toBe(true);
    expect(judgeAddress('10.3.0.1', allow).isAllowed).toBe(false);
    expect(judgeAddress('fd12:3456:7::1', allow).isAllowed).toBe(true);
    expect(judgeAddress('fd12:3457::1', allow).isAllowed).toBe(false);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '1.2.3.4.5',
    '256.1.1.1',
    '1::2::3',
    ':::',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    '::1.2.3',
  ])('refuses %o, which is no canonical address', (address) => {
    expect(addressBytes(address)).toBeNull();
    expect(judgeAddress(address, everything)).toEqual({ isAllowed: false, found: 'no IP address' });
  });
});

describe('parseNetwork', () => {
  it.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    'fd00::/129',
    'fd00::1/64',
    'fe80::1%eth0',
    'example.com',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ])('does not take %s', (text) => {
    expect(parseNetwork(text)).toBeNull();
  });

  it('takes one address as a network of itself', () => {
    expect(parseNetwork('10.1.2.3')).toEqual({ bytes: [10, 1, 2, 3], prefix: 32 });
    expect(parseNetwork('::1')?.prefix).toBe(128);
  });
});
