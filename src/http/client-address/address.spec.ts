import { addressIn, networkOf } from './address.js';

describe('addressIn', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:52100', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
  ])('reads %s as %s', (text, address) => {
    expect(addressIn(text)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '0x7f000001',
    '1.2.3.4, 5.6.7.8',
    '[x]:1',
    '\u001b[2J',
  ])('reads no address in %j', (text) => {
    expect(addressIn(text)).toBeUndefined();
  });

  it('reads none where there is no text', () => {
    expect(addressIn(undefined)).toBeUndefined();
  });
});

describe('networkOf', () => {
  it('counts an IPv4 address as itself', () => {
    expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  });

  it('counts all IPv6 addresses of one /64 as one', () => {
    expect(networkOf('2001:db8:1:2::1')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });

  it('takes what is no address as it is', () => {
    expect(networkOf('unknown')).toBe('unknown');
  });
});
