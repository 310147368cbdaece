using System.Text.RegularExpressions;

namespace Quai.Architecture.Tests;

/// <summary>The table of projects in <c>docs/architecture.md</c> is what stands: all projects, lowest first, each with all that it refers to.</summary>
public sealed partial class ProjectArrowTests
{
    [Fact]
    public void The_table_names_every_project()
    {
        Assert.Equal(SourceTree.Projects, ReadTable().Select(row => row.Project).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_project_refers_to_what_the_table_says()
    {
        foreach ((string project, IReadOnlyList<string> named) in ReadTable())
        {
            IEnumerable<string> real = SourceTree.Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));
            Assert.True(real.ToHashSet().SetEquals(named),
                $"{project} refers to [{string.Join(", ", real.Order(StringComparer.Ordinal))}]; docs/architecture.md says [{string.Join(", ", named.Order(StringComparer.Ordinal))}]");
        }
    }

    [Fact]
    public void An_arrow_never_points_down_the_table()
    {
        HashSet<string> above = [];
        foreach ((string project, IReadOnlyList<string> named) in ReadTable())
        {
            foreach (string other in named)
            {
                Assert.True(above.Contains(other), $"{project} refers to {other}, which does not stand above it in docs/architecture.md");
            }

            above.Add(project);
        }
    }

    [Fact]
    public void The_solution_has_every_project()
    {
        string solution = SourceTree.Read("Quai.slnx");
        IEnumerable<string> files = new[] { "src", "tests", "bench" }
            .SelectMany(folder => Directory.EnumerateDirectories(Path.Combine(SourceTree.Root, folder)))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"))
            .Select(file => Path.GetRelativePath(SourceTree.Root, file));
        Assert.All(files, file => Assert.Contains($"\"{file}\"", solution, StringComparison.Ordinal));
    }

    /// <summary>The rows of the table, from <c>| `Quai.Name` | `Other`, … | what it owns |</c>.</summary>
    private static List<(string Project, IReadOnlyList<string> References)> ReadTable() =>
        [.. SourceTree.Read("docs/architecture.md").Split('\n')
            .Select(line => Row().Match(line))
            .Where(match => match.Success)
            .Select(match => (match.Groups[1].Value, (IReadOnlyList<string>)[.. Name().Matches(match.Groups[2].Value).Select(name => "Quai." + name.Groups[1].Value)]))];

    [GeneratedRegex(@"^\| `(Quai\.\w+)` \|([^|]*)\|[^|]*\|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Name();
}
