namespace Quai.Archives;

/// <summary>CRC-32 as used by xz and gzip.</summary>
internal sealed class Crc32
{
    private static readonly uint[] s_table = MakeTable();
    private uint _state = uint.MaxValue;

    public uint Value => ~_state;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var sum = new Crc32();
        sum.Append(data);
        return sum.Value;
    }

    public void Reset() => _state = uint.MaxValue;

    public void Append(ReadOnlySpan<byte> data)
    {
        uint state = _state;
        foreach (byte value in data)
        {
            state = (state >> 8) ^ s_table[(byte)state ^ value];
        }

        _state = state;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint sum = i;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xedb88320 : sum >> 1;
            }

            table[i] = sum;
        }

        return table;
    }
}

/// <summary>CRC-64 as used by xz (ECMA-182).</summary>
internal sealed class Crc64
{
    private static readonly ulong[] s_table = MakeTable();
    private ulong _state = ulong.MaxValue;

    public ulong Value => ~_state;

    public void Reset() => _state = ulong.MaxValue;

    public void Append(ReadOnlySpan<byte> data)
    {
        ulong state = _state;
        foreach (byte value in data)
        {
            state = (state >> 8) ^ s_table[(byte)state ^ value];
        }

        _state = state;
    }

    private static ulong[] MakeTable()
    {
        ulong[] table = new ulong[256];
        for (ulong i = 0; i < 256; i++)
        {
            ulong sum = i;
            for (int bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xc96c5795d7870f42 : sum >> 1;
            }

            table[i] = sum;
        }

        return table;
    }
}
