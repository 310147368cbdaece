using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Quai.Linux.Kernel;
using Quai.Runtime.SeccompFilters;

namespace Quai.Runtime.Specs;

/// <summary>The system calls that a process makes under its filter when it clones itself among others: checks whether a filter allows them.</summary>
internal static class JoiningCalls
{
    private const uint Allow = 0x7FFF_0000, Log = 0x7FFC_0000;

    /// <summary>Whether a filter allows all of them.</summary>
    public static bool Allows(SeccompProgram filter, bool terminal) =>
        Allows(filter, SystemCallNumber.Clone, (long)CloneFlags.CLONE_PARENT)
        && Allows(filter, SystemCallNumber.Write, 3, 0, 8)
        && Allows(filter, SystemCallNumber.ExitGroup)
        && Allows(filter, SystemCallNumber.Setsid)
        && Allows(filter, SystemCallNumber.Prctl, ProcessConstants.PR_SET_PDEATHSIG, ProcessConstants.SIGKILL)
        && (!terminal || Allows(filter, SystemCallNumber.Ioctl, 0, IoConstants.TIOCSCTTY));

    private static bool Allows(SeccompProgram filter, int number, params ReadOnlySpan<long> arguments)
    {
        // struct seccomp_data: number, architecture, instruction pointer, six arguments.
        Span<byte> data = stackalloc byte[64];
        data.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0xC000_00B7 : 0xC000_003E);
        for (int i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(data[(16 + (8 * i))..], arguments[i]);
        }

        return Evaluate(filter.Bpf, data) is Allow or Log;
    }

    /// <summary>A filter's answer; 0 (kill) for a program that is not one of our filters.</summary>
    private static uint Evaluate(ReadOnlySpan<byte> program, ReadOnlySpan<byte> data)
    {
        uint loaded = 0;
        for (long at = 0; at >= 0 && (at + 1) * 8 <= program.Length; at++)
        {
            ReadOnlySpan<byte> instruction = program.Slice((int)at * 8, 8);
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            byte then = instruction[2], otherwise = instruction[3];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20 when value <= 60: loaded = BinaryPrimitives.ReadUInt32LittleEndian(data[(int)value..]); break;
                case 0x54: loaded &= value; break;
                case 0x05: at += value; break;
                case 0x15: at += loaded == value ? then : otherwise; break;
                case 0x25: at += loaded > value ? then : otherwise; break;
                case 0x35: at += loaded >= value ? then : otherwise; break;
                case 0x45: at += (loaded & value) != 0 ? then : otherwise; break;
                case 0x06: return value & 0xFFFF_0000;
                default: return 0;
            }
        }

        return 0;
    }
}
