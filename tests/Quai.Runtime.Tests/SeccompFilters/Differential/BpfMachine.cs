using System.Runtime.InteropServices;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>
/// A classic BPF program, checked as the kernel checks a filter and then run many times: <c>struct seccomp_data</c> is 16 words
/// (number, architecture, two of the instruction pointer, six arguments of two halves).
/// </summary>
internal sealed class BpfMachine
{
    private const ushort Load = 0x20, And = 0x54, Always = 0x05, Equal = 0x15, Greater = 0x25, GreaterOrEqual = 0x35, Set = 0x45, Return = 0x06;

    private readonly Instruction[] _code;

    public BpfMachine(byte[] program)
    {
        _code = MemoryMarshal.Cast<byte, Instruction>(program).ToArray();
        Assert.InRange(_code.Length, 1, 4096);
        for (int i = 0; i < _code.Length; i++)
        {
            Instruction at = _code[i];
            long furthest = at.Code switch
            {
                Load => at.Value is < 64 && at.Value % 4 == 0 ? i + 1 : long.MaxValue,
                And => i + 1,
                Always => i + 1L + at.Value,
                Equal or Greater or GreaterOrEqual or Set => i + 1 + Math.Max(at.Then, at.Otherwise),
                Return => i,
                _ => throw new InvalidOperationException($"instruction {i} has code {at.Code:x}"),
            };
            Assert.True(furthest < _code.Length, $"instruction {i} leads out of the program");
        }
    }

    public int Length => _code.Length;

    /// <summary>Whether the last run loaded an argument.</summary>
    public bool LooksAtArguments { get; private set; }

    /// <summary>What it returns for a call.</summary>
    public uint Run(ReadOnlySpan<uint> data, out int steps)
    {
        Instruction[] code = _code;
        uint accumulator = 0;
        steps = 0;
        LooksAtArguments = false;
        for (uint next = 0; ;)
        {
            ref readonly Instruction at = ref code[next++];
            steps++;
            switch (at.Code)
            {
                case Load:
                    accumulator = data[(int)at.Value >> 2];
                    LooksAtArguments |= at.Value >= 16;
                    break;
                case And:
                    accumulator &= at.Value;
                    break;
                case Always:
                    next += at.Value;
                    break;
                case Equal:
                    next += accumulator == at.Value ? at.Then : at.Otherwise;
                    break;
                case Greater:
                    next += accumulator > at.Value ? at.Then : at.Otherwise;
                    break;
                case GreaterOrEqual:
                    next += accumulator >= at.Value ? at.Then : at.Otherwise;
                    break;
                case Set:
                    next += (accumulator & at.Value) != 0 ? at.Then : at.Otherwise;
                    break;
                default:
                    return at.Value;
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        public ushort Code;
        public byte Then;
        public byte Otherwise;
        public uint Value;
    }
}
