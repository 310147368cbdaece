using System.Buffers.Binary;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>What a filter is asked about: <c>struct seccomp_data</c>.</summary>
internal sealed record SeccompData(uint Architecture, uint Number, params ulong[] Arguments)
{
    public uint Load(uint offset) => offset switch
    {
        0 => Number,
        4 => Architecture,
        >= 16 and < 64 when offset % 4 == 0 => Half(offset - 16),
        _ => throw new InvalidOperationException($"load at {offset}"),
    };

    private uint Half(uint offset)
    {
        ulong value = offset / 8 < Arguments.Length ? Arguments[offset / 8] : 0;
        return (uint)(offset % 8 == 0 ? value : value >> 32);
    }
}

/// <summary>Runs a classic BPF program as the kernel would, and refuses what the kernel would refuse.</summary>
internal static class BpfInterpreter
{
    public static uint Run(ReadOnlySpan<byte> program, SeccompData data) => Run(program, data, out _);

    public static uint Run(ReadOnlySpan<byte> program, SeccompData data, out int steps)
    {
        uint accumulator = 0, index = 0;
        int length = program.Length / 8;
        Assert.InRange(length, 1, 4096);
        for (steps = 1; ; steps++)
        {
            Assert.True(index < length, "ran off the end");
            ReadOnlySpan<byte> at = program.Slice((int)index * 8, 8);
            ushort code = BinaryPrimitives.ReadUInt16LittleEndian(at);
            uint k = BinaryPrimitives.ReadUInt32LittleEndian(at[4..]);
            index++;
            switch (code)
            {
                case 0x20: // ld [k]
                    accumulator = data.Load(k);
                    break;
                case 0x54: // and #k
                    accumulator &= k;
                    break;
                case 0x05: // ja
                    index += k;
                    break;
                case 0x15: // jeq
                    index += accumulator == k ? at[2] : at[3];
                    break;
                case 0x25: // jgt
                    index += accumulator > k ? at[2] : at[3];
                    break;
                case 0x35: // jge
                    index += accumulator >= k ? at[2] : at[3];
                    break;
                case 0x45: // jset
                    index += (accumulator & k) != 0 ? at[2] : at[3];
                    break;
                case 0x06: // ret
                    return k;
                default:
                    throw new InvalidOperationException($"code {code:x}");
            }
        }
    }
}
