namespace Quai.Compose.Tests;

/// <summary>
/// A file of the folder <c>Cases</c>: sections that begin with <c>=== WORD [NAME]</c>. <c>args</c> has an argument of <c>config</c> a line, <c>env</c> a
/// variable a line, <c>file NAME</c> a file's text, <c>expect</c> what Docker's own compose prints, or the message after <c>ERROR: </c>.
/// </summary>
public sealed class ComposeCase
{
    /// <summary>The project's folder: hashes are of absolute paths, so it is the same everywhere.</summary>
    public const string ProjectFolder = "/tmp/quai-compose-case/project";

    private const string Expectation = "=== expect\n";

    private readonly string _text;

    /// <summary>A case with files and nothing else.</summary>
    public ComposeCase(params IEnumerable<(string Name, string Text)> files)
    {
        (Name, _text) = ("", "");
        foreach ((string name, string text) in files)
        {
            Files[name] = text;
        }
    }

    private ComposeCase(string name, string text)
    {
        (Name, _text) = (name, text);
        foreach (string section in ("\n" + text).Split("\n=== ").Skip(1))
        {
            string[] parts = section.Split('\n', 2);
            string content = parts.Length > 1 ? parts[1] : "";
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

    /// <summary>The arguments of <c>config</c>.</summary>
    public List<string> Arguments { get; } = [];

    /// <summary>The environment.</summary>
    public Dictionary<string, string> Environment { get; } = new() { ["HOME"] = "/home/somebody" };

    /// <summary>The files, by path in the project's folder.</summary>
    public Dictionary<string, string> Files { get; } = [];

    /// <summary>What Docker's compose prints; null where that was not recorded.</summary>
    public string? Expected { get; }

    /// <summary>The names of all cases.</summary>
    public static TheoryData<string> All => [.. Names];

    /// <summary>The names of all cases.</summary>
    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    /// <summary>Reads a case.</summary>
    public static ComposeCase Read(string name) => new(name, File.ReadAllText(Path.Combine(Folder, name + ".txt")));

    /// <summary>The case's text with this expectation.</summary>
    public string With(string expected) => _text.Split(Expectation)[0].TrimEnd('\n') + "\n" + Expectation + expected + "\n";
}
