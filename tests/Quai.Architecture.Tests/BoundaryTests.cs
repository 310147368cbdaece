using System.Text.RegularExpressions;

namespace Quai.Architecture.Tests;

/// <summary>What one project alone may do, and what none may let others see.</summary>
public sealed partial class BoundaryTests
{
    [Fact]
    public void Only_Linux_calls_the_C_library()
    {
        IEnumerable<string> wrong = SourceTree.SourceFiles.Where(file => SourceTree.ProjectOf(file) != "Quai.Linux" && NativeCall().IsMatch(SourceTree.Read(file)));
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_rule_about_the_C_library_finds_the_calls_that_there_are()
    {
        Assert.Contains(SourceTree.SourceFiles, file => SourceTree.ProjectOf(file) == "Quai.Linux" && NativeCall().IsMatch(SourceTree.Read(file)));
        Assert.Matches(NativeCall(), "[DllImport(\"libc\")]");
        Assert.Matches(NativeCall(), "private static delegate* unmanaged[SuppressGCTransition]<long, long> s_call;");
    }

    [Fact]
    public void Only_tests_see_internals()
    {
        foreach (string project in SourceTree.Projects)
        {
            // Tests of units measure internals, too: the benchmarks are tests of time.
            Assert.All(SourceTree.Items(project, "InternalsVisibleTo"), friend => Assert.True(MayBeFriend(friend), $"{project} shows its internals to {friend}"));
        }

        foreach (string file in SourceTree.SourceFiles)
        {
            Assert.All(Friend().Matches(SourceTree.Read(file)), match => Assert.True(MayBeFriend(match.Groups[1].Value), $"{file} shows internals to {match.Groups[1].Value}"));
        }
    }

    private static bool MayBeFriend(string assembly) => assembly.EndsWith(".Tests", StringComparison.Ordinal) || assembly == "Quai.Benchmarks";

    [GeneratedRegex(@"\b(?:DllImport|LibraryImport)(?:Attribute)?\s*\(|\bdelegate\s*\*\s*unmanaged\b|\bNativeLibrary\s*\.|\bGetDelegateForFunctionPointer\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex("InternalsVisibleTo(?:Attribute)?\\s*\\(\\s*\"([^\",]*)")]
    private static partial Regex Friend();
}
