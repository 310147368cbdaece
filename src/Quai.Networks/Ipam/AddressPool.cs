using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Quai.Networks.Ipam;

/// <summary>
/// Which addresses of a subnet, IPv4 or IPv6, are leased: one bit each, in words of which only those with a leased address are kept, so that a subnet of
/// 2^64 addresses costs no more than a small one. The next lease is searched for after the last one given out,
/// so that an address lies idle as long as possible before somebody else has it. Not safe for concurrent use.
/// </summary>
internal sealed class AddressPool
{
    private readonly Dictionary<UInt128, ulong> _leased = [];
    private readonly HashSet<UInt128> _outside = [];
    private readonly AddressFamily _family;
    private readonly UInt128 _first;
    private readonly UInt128 _lastOffset;
    private UInt128 _next;

    /// <param name="subnet">All addresses. Where it has more than two, its first is never leased, nor its last if it is IPv4 (the broadcast address).</param>
    /// <param name="range">The part of it to lease from.</param>
    /// <param name="others">Addresses that are never leased: the gateway's among them.</param>
    public AddressPool(IPNetwork subnet, IPNetwork range, params IEnumerable<IPAddress> others)
    {
        Subnet = subnet;
        _family = subnet.BaseAddress.AddressFamily;
        _first = Prefixes.First(range);
        _lastOffset = Prefixes.Last(range) - _first;
        if (subnet.PrefixLength < Prefixes.Bits(_family) - 1)
        {
            TryLease(Prefixes.First(subnet));
            if (_family == AddressFamily.InterNetwork)
            {
                TryLease(Prefixes.Last(subnet));
            }
        }

        foreach (IPAddress other in others)
        {
            TryLease(other);
        }

        _next = 0;
    }

    /// <summary>The subnet the addresses are of.</summary>
    public IPNetwork Subnet { get; }

    /// <summary>Leases the next free address; null when there is none.</summary>
    public IPAddress? TryLease()
    {
        // The word where the last lease was is looked at twice: from the lease on, and at the end of the round before it.
        UInt128 start = _next / 64, words = (_lastOffset / 64) + 1;
        for (UInt128 step = 0; step <= words; step++)
        {
            UInt128 word = (start + step) % words;
            ulong free = ~_leased.GetValueOrDefault(word) & Within(word);
            if (step == 0)
            {
                free &= ulong.MaxValue << (int)(_next % 64);
            }

            if (free != 0)
            {
                UInt128 offset = (word * 64) + (UInt128)BitOperations.TrailingZeroCount(free);
                Mark(offset);
                return Prefixes.Address(_first + offset, _family);
            }
        }

        return null;
    }

    /// <summary>Leases one address, of the range or not. False: it is leased already.</summary>
    public bool TryLease(IPAddress address) => TryLease(Prefixes.Number(address));

    /// <summary>Gives an address back.</summary>
    public void Release(IPAddress address)
    {
        if (OffsetOf(Prefixes.Number(address)) is not { } offset)
        {
            _outside.Remove(Prefixes.Number(address));
            return;
        }

        if (!_leased.TryGetValue(offset / 64, out ulong word))
        {
            return;
        }

        word &= ~(1UL << (int)(offset % 64));
        if (word == 0)
        {
            _leased.Remove(offset / 64);
        }
        else
        {
            _leased[offset / 64] = word;
        }
    }

    private bool TryLease(UInt128 number)
    {
        if (OffsetOf(number) is not { } offset)
        {
            return _outside.Add(number);
        }

        if ((_leased.GetValueOrDefault(offset / 64) & (1UL << (int)(offset % 64))) != 0)
        {
            return false;
        }

        Mark(offset);
        return true;
    }

    private void Mark(UInt128 offset)
    {
        UInt128 word = offset / 64;
        _leased[word] = _leased.GetValueOrDefault(word) | (1UL << (int)(offset % 64));
        _next = offset == _lastOffset ? 0 : offset + 1;
    }

    /// <summary>The bits of a word that stand for addresses of the range.</summary>
    private ulong Within(UInt128 word) => word == _lastOffset / 64 ? ulong.MaxValue >> (63 - (int)(_lastOffset % 64)) : ulong.MaxValue;

    private UInt128? OffsetOf(UInt128 number) => number >= _first && number - _first <= _lastOffset ? number - _first : null;
}
