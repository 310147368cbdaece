using System.Globalization;
using System.Text;
using Quai.Dockerfiles.Syntax;
using Xunit;

namespace Quai.Dockerfiles.Tests;

/// <summary>The test files of BuildKit's own parser: each Dockerfile is read as the same tree, or refused.</summary>
public sealed class ParserCaseTests
{
    private static readonly string s_data = Path.Combine(AppContext.BaseDirectory, "Data");

    public static TheoryData<string> Parsed => Names("Parsed");

    public static TheoryData<string> Refused => Names("Refused");

    [Theory]
    [MemberData(nameof(Parsed))]
    public void Is_read_as_the_same_tree(string name)
    {
        string folder = Path.Combine(s_data, "Parsed", name);
        SyntaxTree tree = DockerfileReader.Read(File.ReadAllBytes(Path.Combine(folder, "Dockerfile")));
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "result")).Trim().Split('\n'), tree.Nodes.Select(n => $"({Dump(n)})"));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Is_refused(string name) => Assert.Throws<DockerfileException>(() => DockerfileReader.Read(File.ReadAllBytes(Path.Combine(s_data, "Refused", name, "Dockerfile"))));

    private static TheoryData<string> Names(string folder) => [.. Directory.GetDirectories(Path.Combine(s_data, folder)).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    /// <summary>A node in the form of those files.</summary>
    private static string Dump(Node node)
    {
        List<string> words = [node.Command.ToLowerInvariant()];
        if (node.Flags.Count > 0)
        {
            words.Add($"[{string.Join(' ', node.Flags.Select(Quote))}]");
        }

        if (node.Trigger is { } trigger)
        {
            words.Add($"({Dump(trigger)})");
        }

        words.AddRange(node.Pairs.SelectMany(p => (string[])[p.Key, p.Value, p.HasEquals ? "=" : ""]).Select(Quote));
        words.AddRange(node.Arguments.Select(Quote));
        return string.Join(' ', words);
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\r' => quoted.Append("\\r"),
                < ' ' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
