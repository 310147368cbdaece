using System.Text;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Compose;
using Quai.Compose.Interpolation;
using Quai.Compose.Model;
using Quai.Compose.Yaml;

namespace Quai.Cli.Compose.Projects.Remote;

/// <summary>Has the user agree to a project that somebody else wrote: to what it includes from elsewhere, and to the variables that it takes from the environment.</summary>
/// <param name="scope">Where the project is.</param>
internal sealed class RemoteConsent(ComposeScope scope)
{
    private const string Unset = "<unset>";

    /// <summary>Says where the project is kept, and asks; a project of one's own is not asked about.</summary>
    /// <param name="project">The project, as it was loaded.</param>
    /// <param name="assumesYes">Whether all questions are answered with yes.</param>
    /// <exception cref="ExitException">The user does not agree.</exception>
    public void Check(ComposeProject project, bool assumesYes)
    {
        if (scope.Files.Roots is not [var root, ..] || scope.Globals.IsDryRun)
        {
            return;
        }

        if (scope.Files.Includes.Count > 0 && !assumesYes)
        {
            scope.Out.WriteLine("\nWarning: This Compose project includes files from remote sources:");
            scope.Out.WriteRows(scope.Files.Includes.Select(address => $"  - {address}"));
            scope.Out.WriteLine("\nRemote includes could potentially be malicious. Make sure you trust the source.");
            Agree("Do you want to continue? [y/N]:", blank: false);
        }

        if (scope.Globals.Progress(scope.Error) is not (ProgressMode.Quiet or ProgressMode.Json))
        {
            scope.Out.WriteLine($"Your compose stack \"{root}\" is stored in \"{project.WorkingDirectory}\"");
        }

        if (!assumesYes && Variables(project) is { Count: > 0 } variables)
        {
            scope.Out.WriteLine("\nFound the following variables in configuration:");
            scope.Out.Write(Table([["VARIABLE", "VALUE", "SOURCE", "REQUIRED", "DEFAULT"], .. variables]));
            Agree("\nDo you want to proceed with these variables? [Y/n]:", blank: true);
        }
    }

    private void Agree(string question, bool blank)
    {
        if (!Question.IsAgreed(scope, question, blank))
        {
            throw new ExitException(1, "operation cancelled by user");
        }
    }

    /// <summary>The variables that the files replace, and those that they take as they are and that are set.</summary>
    private List<string[]> Variables(ComposeProject project)
    {
        ComposeMapping tree = new ComposeLoader(scope.Files).LoadTree(scope.Globals.Request([]) with { Normalizes = false, ChecksConsistency = false });
        Dictionary<string, ComposeVariable> named = VariableListing.Of(tree).ToDictionary(one => one.Name);
        IEnumerable<string> passed = PassedVariables.Of(tree).Where(name => !named.ContainsKey(name) && project.Environment.ContainsKey(name));
        return
        [
            .. named.Values.Concat(passed.Select(name => new ComposeVariable(name, false, "", ""))).OrderBy(one => one.Name, StringComparer.Ordinal).Select(one =>
            {
                (string value, string source) = Source(project, one);
                return new[] { one.Name, value, source, one.IsRequired ? "yes" : "no", one.DefaultValue };
            }),
        ];
    }

    private static (string Value, string Source) Source(ComposeProject project, ComposeVariable variable) =>
        Environment.GetEnvironmentVariable(variable.Name) is { } own ? (own, "environment")
            : project.Environment.TryGetValue(variable.Name, out string? read) ? (read, variable.Name is "PWD" or "COMPOSE_PROJECT_NAME" ? "compose" : "env file")
            : variable.DefaultValue.Length > 0 ? (variable.DefaultValue, "compose file")
            : (Unset, "none");

    private static string Table(IReadOnlyList<string[]> rows)
    {
        const int Gap = 3;
        int[] widths = [.. Enumerable.Range(0, rows[0].Length - 1).Select(column => rows.Max(row => row[column].Length) + Gap)];
        StringBuilder text = new();
        foreach (string[] row in rows)
        {
            text.AppendJoin("", widths.Select((width, column) => row[column].PadRight(width))).Append(row[^1]).Append('\n');
        }

        return text.ToString();
    }
}
