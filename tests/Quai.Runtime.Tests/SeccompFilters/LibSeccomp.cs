using System.Runtime.InteropServices;

namespace Quai.Runtime.Tests.SeccompFilters;

/// <summary>The names and numbers of the C library that runc uses (Debian has it everywhere: apt needs it), to compare with.</summary>
internal static partial class LibSeccomp
{
    private const string Library = "libseccomp.so.2";

    /// <summary>Whether the library's version knows a call; it may be older than Quai.</summary>
    public static bool Knows(string name) => Resolve(name) != -1;

    /// <summary>A call's number, negative if the architecture does not have it.</summary>
    public static int NumberOf(string name, uint token) => ResolveFor(token, name);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Resolve(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name_arch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveFor(uint token, string name);
}
