using System.Runtime.CompilerServices;
using Quai.Runtime.SeccompFilters;

namespace Quai.Runtime.Specs;

/// <summary>Compiled system call filters, kept as long as their profile objects: containers that share a profile object share its program.</summary>
internal static class CompiledFilters
{
    private static readonly ConditionalWeakTable<Oci.Runtime.Seccomp, SeccompProgram> Cache = [];

    public static SeccompProgram Get(Oci.Runtime.Seccomp profile) => Cache.GetValue(profile, static p => SeccompCompiler.Compile(p));
}
