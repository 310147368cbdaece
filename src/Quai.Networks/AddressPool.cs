using System.Numerics;

namespace Quai.Networks;

/// <summary>
/// Which addresses of a subnet are leased, one bit each. The next lease is searched for after the last one given out,
/// so that an address lies idle as long as possible before somebody else has it. Not safe for concurrent use.
/// </summary>
internal sealed class AddressPool
{
    private readonly uint _first;
    private readonly int _count;
    private readonly ulong[] _leased;
    private int _next;

    /// <param name="subnet">All addresses. Its first and last are never leased, where it has more than two.</param>
    /// <param name="range">The part of it to lease from.</param>
    /// <param name="gateway">Never leased.</param>
    public AddressPool(Subnet subnet, Subnet range, uint gateway)
    {
        Subnet = subnet;
        _first = range.Base;
        _count = checked((int)(range.Last - range.Base + 1L));
        _leased = new ulong[(_count + 63) / 64];
        for (int i = _count; i < _leased.Length * 64; i++)
        {
            _leased[i / 64] |= 1UL << (i % 64);
        }

        if (subnet.PrefixLength < 31)
        {
            TryLease(subnet.Base);
            TryLease(subnet.Last);
        }

        TryLease(gateway);
        _next = 0;
    }

    /// <summary>The subnet the addresses are of.</summary>
    public Subnet Subnet { get; }

    /// <summary>Leases the next free address.</summary>
    public bool TryLease(out uint address)
    {
        // The word where the last lease was is looked at twice: from the lease on, and at the end of the round before it.
        int words = _leased.Length;
        for (int step = 0; step <= words; step++)
        {
            int word = ((_next / 64) + step) % words;
            ulong free = ~_leased[word];
            if (step == 0)
            {
                free &= ulong.MaxValue << (_next % 64);
            }

            if (free != 0)
            {
                int bit = (word * 64) + BitOperations.TrailingZeroCount(free);
                _leased[word] |= 1UL << (bit % 64);
                _next = (bit + 1) % _count;
                address = _first + (uint)bit;
                return true;
            }
        }

        address = 0;
        return false;
    }

    /// <summary>Leases one address. False: it is leased already. One outside the range is nobody's to keep count of here, and is granted.</summary>
    public bool TryLease(uint address)
    {
        if (address < _first || address - _first >= _count)
        {
            return true;
        }

        int bit = (int)(address - _first);
        ulong mask = 1UL << (bit % 64);
        if ((_leased[bit / 64] & mask) != 0)
        {
            return false;
        }

        _leased[bit / 64] |= mask;
        _next = (bit + 1) % _count;
        return true;
    }

    /// <summary>Gives an address back.</summary>
    public void Release(uint address)
    {
        if (address >= _first && address - _first < _count)
        {
            int bit = (int)(address - _first);
            _leased[bit / 64] &= ~(1UL << (bit % 64));
        }
    }
}
