using System.Security.Cryptography;

namespace Quai.Fuzzing;

/// <summary>The inputs that once broke a property, a file each: <c>tests/Corpus/PROPERTY/NAME</c>. Files may have any name.</summary>
internal sealed class Corpus(string property)
{
    private static readonly string Repository = FindRepository();

    /// <summary>Where inputs lie while they are tried, so that one that ends the process is not lost.</summary>
    public static string Scratch { get; } = Path.Combine(Repository, "artifacts", "fuzzing");

    private string Folder { get; } = Path.Combine(Repository, "tests", "Corpus", property);

    /// <summary>The files' paths, from the repository's folder.</summary>
    public IReadOnlyList<string> Files => Directory.Exists(Folder) ? [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetRelativePath(Repository, f)).Order(StringComparer.Ordinal)] : [];

    /// <summary>Whether the file belongs to this property.</summary>
    public bool Holds(string path) => Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) == property;

    /// <summary>The input of a file.</summary>
    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Repository, path));

    /// <summary>Keeps an input.</summary>
    /// <returns>Its path, from the repository's folder; a text that says so where it cannot be written.</returns>
    public string Keep(byte[] input)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 6));
        try
        {
            Directory.CreateDirectory(Folder);
            File.WriteAllBytes(Path.Combine(Folder, name), input);
            return Path.Combine("tests", "Corpus", property, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"(not kept: {e.Message}) {Convert.ToBase64String(input)}";
        }
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Quai.slnx")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run inside the repository, where their corpus is");
    }
}
