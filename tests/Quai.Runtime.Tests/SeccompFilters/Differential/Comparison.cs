using Quai.Linux.Seccomp;

namespace Quai.Runtime.Tests.SeccompFilters.Differential;

/// <summary>Runs Quai's filter and libseccomp's side by side, keeps count, and sorts the differences.</summary>
internal sealed class Comparison
{
    private const uint Enosys = SeccompReturn.ERRNO | 38;

    private readonly FilterRules _rules;
    private readonly BpfMachine _ours, _theirs;
    private readonly KernelView _kernel;
    private readonly Dictionary<(SyscallAbi, int), uint> _newer = [];
    private readonly Dictionary<SyscallAbi, long> _newest = [];
    private readonly bool _newCallsAreUnknown;
    private readonly Dictionary<string, (long Count, string Example)> _stricter = [];
    private readonly uint[] _data = new uint[16];

    public Comparison(FilterRules rules, byte[] ours)
    {
        _rules = rules;
        _kernel = new KernelView(rules);
        _ours = new BpfMachine(ours);
        _theirs = new BpfMachine(ExportProgram.Compile(rules, out HashSet<string> unknown));
        Unknown = unknown;

        // runc answers ENOSYS, in front of what libseccomp made, for numbers beyond all that the profile names.
        _newCallsAreUnknown = (rules.Default & 0xffff0000) is not (SeccompReturn.ALLOW or SeccompReturn.LOG or SeccompReturn.TRACE);
        foreach (string name in rules.Named)
        {
            int syscall = SyscallTable.IndexOf(name);
            foreach (SyscallAbi abi in (SyscallAbi[])[SyscallAbi.X86_64, SyscallAbi.X86, SyscallAbi.X32])
            {
                int number = syscall < 0 ? -1 : SyscallTable.NumberAt(syscall, abi);
                _newest[abi] = Math.Max(number, _newest.GetValueOrDefault(abi, -1));
                if (number >= 0 && unknown.Contains(name))
                {
                    FilterRule? rule = rules.Rules.FirstOrDefault(rule => rule.Name == name);
                    Assert.True(rule is null or { Conditions.Length: 0 }, $"{name} has conditions and libseccomp does not know it");
                    _newer[(abi, number)] = rule?.Action ?? rules.Default;
                }
            }
        }
    }

    /// <summary>How many calls were compared.</summary>
    public long Cases { get; private set; }

    /// <summary>How many of them libseccomp is too old for, so that the profile's own words stand in for it.</summary>
    public long ByTheProfilesWords { get; private set; }

    /// <summary>How often libseccomp's program did not do what the rules say, so that these stood in for it.</summary>
    public long Contradictions => _kernel.Contradictions;

    /// <summary>The names that this libseccomp does not know.</summary>
    public HashSet<string> Unknown { get; }

    /// <summary>Where Quai is stricter: the reason, how often, an example.</summary>
    public IReadOnlyDictionary<string, (long Count, string Example)> Stricter => _stricter;

    /// <summary>The lengths of the two programs.</summary>
    public (int Ours, int Theirs) Lengths => (_ours.Length, _theirs.Length);

    /// <summary>Compares all edge cases. Where neither program looks at an argument, few values are enough to see that it does not.</summary>
    public void RunEdgeCases()
    {
        ulong[] values = EdgeCases.Values(_rules);
        Span<ulong> arguments = stackalloc ulong[6];
        foreach ((uint architecture, uint number) in EdgeCases.Numbers())
        {
            bool looks = LooksAtArguments(architecture, number);
            for (int position = 0; position < 6; position++)
            {
                foreach (ulong others in (ulong[])[0, ulong.MaxValue])
                {
                    foreach (ulong value in looks ? values : EdgeCases.Plain)
                    {
                        arguments.Fill(others);
                        arguments[position] = value;
                        Compare(architecture, number, arguments);
                    }
                }
            }
        }
    }

    /// <summary>Whether one of the programs looks at a call's arguments. Until it does it has nothing to depend on but the number, so any arguments tell.</summary>
    public bool LooksAtArguments(uint architecture, uint number)
    {
        Run(architecture, number, [0, 0, 0, 0, 0, 0], _ours);
        bool looks = _ours.LooksAtArguments;
        Run(architecture, number, [0, 0, 0, 0, 0, 0], _theirs);
        return looks || _theirs.LooksAtArguments;
    }

    /// <summary>Compares one call.</summary>
    public void Compare(uint architecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        Cases++;
        uint actual = Run(architecture, number, arguments, _ours), theirs = Expect(architecture, number, arguments);
        long contradictions = _kernel.Contradictions;
        uint required = _kernel.Require(architecture, number, arguments, theirs, out string? reason);
        if (KernelView.IsMultiplexer(architecture, number) && ((actual ^ required) & 0xffff0000) == 0)
        {
            actual = required;
        }

        if (actual != required || (actual != theirs && reason is null))
        {
            string call = Describe(architecture, number, arguments);
            Assert.Fail($"{call}: {actual:x}, and not {required:x} ({reason}); libseccomp {theirs:x}; {string.Join("; ", _kernel.RulesOf(architecture, number))}");
        }

        if (actual != theirs && _kernel.Contradictions == contradictions)
        {
            Assert.True(FilterRules.Stricter(theirs, actual) == actual && FilterRules.Stricter(actual, theirs) == actual, $"Quai is not stricter: {Describe(architecture, number, arguments)}: {actual:x}, libseccomp {theirs:x}");
            (long count, string example) = _stricter.GetValueOrDefault(reason!);
            _stricter[reason!] = (count + 1, count == 0 ? $"{Describe(architecture, number, arguments)}: {actual:x}, libseccomp {theirs:x}" : example);
        }
    }

    private static string Describe(uint architecture, uint number, ReadOnlySpan<ulong> arguments) =>
        $"arch {architecture:x} call {number:x} ({string.Join(", ", arguments.ToArray().Select(a => a.ToString("x")))})";

    private uint Run(uint architecture, uint number, ReadOnlySpan<ulong> arguments, BpfMachine machine)
    {
        _data[0] = number;
        _data[1] = architecture;
        for (int i = 0; i < arguments.Length; i++)
        {
            // 32-bit programs have no upper halves.
            _data[4 + (2 * i)] = (uint)arguments[i];
            _data[5 + (2 * i)] = architecture is AuditArch.I386 or AuditArch.ARM ? 0 : (uint)(arguments[i] >> 32);
        }

        return machine.Run(_data, out _);
    }

    private uint Expect(uint architecture, uint number, ReadOnlySpan<ulong> arguments)
    {
        // Without x32 among the architectures, all from its first number on is a foreign one.
        bool foreign = architecture == AuditArch.X86_64 && number >= SyscallTable.X32Bit && !_rules.Architectures.Contains(TokenOf(SyscallAbi.X32));
        if (!foreign && KernelView.Identify(architecture, number) is { } call && _rules.Architectures.Contains(TokenOf(call.Abi)))
        {
            if (call.Number > _newest.GetValueOrDefault(call.Abi, -1) && _newCallsAreUnknown)
            {
                return Enosys;
            }

            if (_newer.TryGetValue((call.Abi, (int)call.Number), out uint action))
            {
                ByTheProfilesWords++;
                return action;
            }
        }

        return Run(architecture, number, arguments, _theirs);
    }

    private static uint TokenOf(SyscallAbi abi) => abi switch
    {
        SyscallAbi.X86_64 => AuditArch.X86_64,
        SyscallAbi.X86 => AuditArch.I386,
        _ => 0x4000003e,
    };
}
