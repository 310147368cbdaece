using System.ComponentModel;
using System.Diagnostics;
using Quai.Errors;

namespace Quai.Cli.Compose.Projects.Remote;

/// <summary>Projects in Git repositories, <c>ADDRESS#REF:FOLDER</c>, as the program <c>git</c> fetches them.</summary>
internal static class GitProjects
{
    private static readonly string[] s_names = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"], s_prefixes = ["fatal: remote error: ", "fatal: ", "error: ", "remote: "];

    /// <summary>Fetches one.</summary>
    /// <returns>The path of its compose file.</returns>
    /// <exception cref="QuaiException">It cannot be fetched, or has no compose file.</exception>
    public static string Fetch(string address)
    {
        string[] parts = address.Split('#', 2), inside = parts.Length > 1 ? parts[1].Split(':', 2) : [];
        string repository = parts[0].StartsWith("github.com/", StringComparison.Ordinal) ? "https://" + parts[0] : parts[0];
        string reference = inside.Length > 0 && inside[0].Length > 0 ? inside[0] : "HEAD", within = inside.Length > 1 ? inside[1] : "";
        if (repository.StartsWith('-') || reference.StartsWith('-'))
        {
            throw QuaiException.Invalid($"{address} is no address of a Git repository");
        }

        string commit = IsCommit(reference) ? reference : Commit(repository, reference);
        string folder = RemoteFolders.Get(commit, unfinished =>
        {
            Run(unfinished, "init", "--quiet", ".");
            Run(unfinished, "fetch", "--quiet", "--depth=1", "--", repository, commit);
            Run(unfinished, "checkout", "--quiet", "--detach", "FETCH_HEAD");
        });
        string place = Path.GetFullPath(Path.Combine(folder, within));
        if (place != folder && !place.StartsWith(folder + "/", StringComparison.Ordinal))
        {
            throw QuaiException.Invalid($"{address}: {within} is not within the repository");
        }

        return File.Exists(place) ? place
            : s_names.Select(name => Path.Combine(place, name)).FirstOrDefault(File.Exists) ?? throw QuaiException.Invalid($"{address}: there is no {string.Join(", ", s_names)}");
    }

    private static bool IsCommit(string reference) => reference.Length == 40 && reference.All(char.IsAsciiHexDigitLower);

    private static string Commit(string repository, string reference)
    {
        string[] lines = Run("/", "ls-remote", "--", repository, reference, reference + "^{}").Split('\n', StringSplitOptions.RemoveEmptyEntries);

        // A tag of its own is followed by what it is of.
        string line = lines.FirstOrDefault(one => one.EndsWith("^{}", StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "";
        return line.Split('\t') is [var commit, ..] && IsCommit(commit) ? commit : throw QuaiException.Invalid($"repository does not contain ref {reference}");
    }

    /// <summary>What git says, in one line and each thing once.</summary>
    private static string Reason(string said) => string.Join("; ", said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => s_prefixes.FirstOrDefault(prefix => line.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix ? line[prefix.Length..] : line).Distinct());

    private static string Run(string folder, params string[] words)
    {
        ProcessStartInfo start = new("git", words) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // It asks nobody, and runs nothing that an address names.
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_PROTOCOL_FROM_USER"] = "0";
        try
        {
            using Process git = Process.Start(start)!;
            Task<string> errors = git.StandardError.ReadToEndAsync();
            string output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output : throw QuaiException.Invalid(Reason(errors.Result) is { Length: > 0 } reason ? reason : $"git {words[0]} has failed with exit code {git.ExitCode}");
        }
        catch (Win32Exception e)
        {
            throw QuaiException.Invalid($"git is needed for compose files of Git repositories: {e.Message}", e);
        }
    }
}
