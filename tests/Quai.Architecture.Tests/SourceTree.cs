using System.Xml.Linq;

namespace Quai.Architecture.Tests;

/// <summary>The checkout that the tests were built from. Paths are relative to its root, with slashes.</summary>
internal static class SourceTree
{
    /// <summary>The checkout's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The names of the projects below <c>src</c>, such as <c>Quai.Linux</c>.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Directory.EnumerateDirectories(Path.Combine(Root, "src"))
        .Select(folder => Path.GetFileName(folder))
        .Where(name => File.Exists(Path.Combine(Root, ProjectFile(name))))
        .Order(StringComparer.Ordinal)];

    /// <summary>The source files of these projects; nothing that a build made.</summary>
    public static IReadOnlyList<string> SourceFiles { get; } = [.. Projects
        .SelectMany(name => Directory.EnumerateFiles(Path.Combine(Root, "src", name), "*.cs", SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Root, file))
        .Where(file => file.Split('/')[2] is not ("bin" or "obj"))
        .Order(StringComparer.Ordinal)];

    /// <summary>The file of a project below <c>src</c>.</summary>
    public static string ProjectFile(string project) => $"src/{project}/{project}.csproj";

    /// <summary>The project that a source file belongs to.</summary>
    public static string ProjectOf(string file) => file.Split('/')[1];

    /// <summary>A file's text.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>What a project's items of a kind include.</summary>
    public static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Parse(Read(ProjectFile(project))).Descendants(kind).Select(item => item.Attribute("Include")?.Value ?? "");

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Quai.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no checkout of Quai around {AppContext.BaseDirectory}");
    }
}
