namespace Quai.Architecture.Tests;

/// <summary>Files and folders that are small enough to be read at once.</summary>
public sealed class SizeTests
{
    private const int MostFiles = 15, MostLines = 400;

    /// <summary>Folders with more files than that. This list may only shrink.</summary>
    private static readonly string[] LargeFolders = [];

    /// <summary>Files with more lines than that. This list may only shrink; a table of data stays, whatever its length.</summary>
    private static readonly string[] LongFiles =
    [
        "src/Quai.Linux/Seccomp/SyscallTable.Data.cs", // data: the numbers of the system calls
        "src/Quai.Templates/Executor.cs",
        "src/Quai.Templates/Parser.cs",
    ];

    [Fact]
    public void A_folder_has_at_most_15_files()
    {
        IEnumerable<string> large = SourceTree.SourceFiles.GroupBy(file => Path.GetDirectoryName(file)!).Where(folder => folder.Count() > MostFiles).Select(folder => folder.Key);
        SameAs(LargeFolders, large, $"more than {MostFiles} source files");
    }

    [Fact]
    public void A_file_has_at_most_400_lines()
    {
        IEnumerable<string> all = SourceTree.SourceFiles.Where(file => SourceTree.Read(file).AsSpan().Count('\n') > MostLines);
        SameAs(LongFiles, all, $"more than {MostLines} lines");
    }

    private static void SameAs(string[] known, IEnumerable<string> found, string what)
    {
        string[] real = [.. found];
        string[] added = [.. real.Except(known)], gone = [.. known.Except(real)];
        Assert.True(added.Length == 0, $"has {what}: {string.Join(", ", added)}");
        Assert.True(gone.Length == 0, $"no longer has {what}, so take it off the list: {string.Join(", ", gone)}");
    }
}
