using Quai.Build.Trees;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Programs;

/// <summary>Files and directories that exist only for something to be mounted upon them: a step's result is to be without them, unless it wrote something there.</summary>
internal sealed class MountStubs
{
    private static readonly string[] s_always = ["/etc/resolv.conf", "/etc/hosts", "/etc/hostname"];

    private readonly List<string> _missing;

    private MountStubs(List<string> missing) => _missing = missing;

    /// <summary>Finds what is not there before a step.</summary>
    /// <param name="below">The step's root.</param>
    /// <param name="destinations">Where something will be mounted.</param>
    public static MountStubs Find(MergedTree below, IEnumerable<string> destinations)
    {
        List<string> missing = [];
        foreach (string destination in s_always.Concat(destinations))
        {
            // Parents that are missing are made, too.
            for (string path = destination; path != "/" && below.Status(below.Resolve(path)) is null; path = MergedTree.Parent(path))
            {
                missing.Add(below.Resolve(path));
            }
        }

        return new MountStubs([.. missing.Distinct().OrderByDescending(p => p.Length)]);
    }

    /// <summary>Removes those that are empty still.</summary>
    /// <param name="upper">What the step has written.</param>
    public unsafe void Remove(string upper)
    {
        using FileDescriptor root = RootedFiles.OpenDirectory(upper);
        foreach (string path in _missing)
        {
            using FileDescriptor? parent = RootedFiles.TryOpenDirectory(root, MergedTree.Parent(path));
            byte[] name = MergedTree.Name(MergedTree.Base(path));
            if (parent is null || TreeEntries.TryStatus(parent.Number, name) is not { } status)
            {
                continue;
            }

            fixed (byte* n = name)
            {
                // A directory that has something in it stays, as the kernel removes none.
                _ = status.IsDirectory ? FileCalls.TryUnlink(parent.Number, n, FileCalls.AT_REMOVEDIR)
                    : status is { IsRegular: true, Size: 0 } ? FileCalls.TryUnlink(parent.Number, n)
                    : 0;
            }
        }
    }
}
