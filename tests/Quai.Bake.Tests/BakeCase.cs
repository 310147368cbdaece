namespace Quai.Bake.Tests;

/// <summary>
/// A file of the folder <c>Cases</c>: sections that begin with <c>=== WORD [NAME]</c>. <c>args</c> has an argument a line, <c>env</c> a
/// variable a line, <c>file NAME</c> a file's text, <c>expect</c> what buildx prints: JSON, or the message after <c>ERROR: </c>.
/// </summary>
public sealed class BakeCase
{
    private const string Expectation = "=== expect\n";

    private readonly string _text;

    private BakeCase(string name, string text)
    {
        (Name, _text) = (name, text);
        foreach (string section in ("\n" + text).Split("\n=== ").Skip(1))
        {
            string[] parts = section.Split('\n', 2);
            string content = parts[1];
            switch (parts[0].Split(' ')[0])
            {
                case "args":
                    Arguments.AddRange(content.Split('\n', StringSplitOptions.RemoveEmptyEntries));
                    break;
                case "env":
                    foreach (string line in content.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    {
                        Environment[line.Split('=')[0]] = line.Split('=', 2)[1];
                    }

                    break;
                case "file":
                    Files[parts[0]["file ".Length..]] = content.EndsWith('\n') ? content : content + "\n";
                    break;
                case "expect":
                    Expected = content;
                    break;
            }
        }
    }

    /// <summary>The case's name.</summary>
    public string Name { get; }

    /// <summary>The arguments of <c>bake</c>.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>The environment.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/home/somebody" };

    /// <summary>The files.</summary>
    public Dictionary<string, string> Files { get; } = [];

    /// <summary>What buildx prints; null where that was not recorded.</summary>
    public string? Expected { get; }

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    /// <summary>Reads a case.</summary>
    public static BakeCase Read(string name) => ReadFile(Path.Combine(Folder, name + ".txt"));

    /// <summary>Reads a case from a file.</summary>
    public static BakeCase ReadFile(string path) => new(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path));

    /// <summary>The case's text with this expectation.</summary>
    public string With(string expected) => _text.Split(Expectation)[0] + Expectation + expected + "\n";
}
