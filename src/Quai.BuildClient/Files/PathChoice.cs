using Quai.Dockerfiles.Ignoring;

namespace Quai.BuildClient.Files;

/// <summary>Which files of a folder are chosen by patterns of what is in, and of what is out.</summary>
internal sealed class PathChoice
{
    private readonly IgnoreRules? _include;
    private readonly IgnoreRules _exclude;
    private readonly string[][] _includedParts;

    /// <summary>Reads the patterns.</summary>
    /// <param name="include">What is in; none for all.</param>
    /// <param name="exclude">What is out, as in a <c>.dockerignore</c>.</param>
    /// <exception cref="Errors.QuaiException">One is malformed.</exception>
    public PathChoice(IReadOnlyCollection<string> include, IEnumerable<string> exclude)
    {
        string[] cleaned = [.. include.Select(p => SlashPaths.Clean("/" + p)[1..])];
        bool all = cleaned.Length == 0 || cleaned.Contains("");
        _include = all ? null : new IgnoreRules(cleaned);
        _exclude = new IgnoreRules(exclude);
        _includedParts = all ? [] : [.. cleaned.Select(p => p.Split('/'))];
    }

    /// <summary>Whether a file is chosen.</summary>
    public bool Has(string path) => (_include is null || _include.Ignores(path)) && !_exclude.Ignores(path);

    /// <summary>Whether something in a directory, which may not be chosen itself, may be.</summary>
    public bool MayHaveBelow(string directory)
    {
        if (_exclude.Ignores(directory) && !_exclude.HasExceptions)
        {
            return false;
        }

        if (_include is null || _include.Ignores(directory))
        {
            return true;
        }

        string[] parts = directory.Split('/');
        return _includedParts.Any(pattern => MayLeadTo(pattern, parts));
    }

    // Whether the pattern's first parts fit the directory, so that the others may fit something in it.
    private static bool MayLeadTo(string[] pattern, string[] parts)
    {
        for (int i = 0; i < parts.Length; i++)
        {
            if (i >= pattern.Length)
            {
                return false;
            }

            if (pattern[i].Contains("**", StringComparison.Ordinal))
            {
                return true;
            }

            if (pattern[i] != parts[i] && !(SlashPaths.HasWildcard(pattern[i]) || pattern[i].Contains('\\', StringComparison.Ordinal) ? new PathPattern(pattern[i]).Fits(parts[i]) : false))
            {
                return false;
            }
        }

        return pattern.Length > parts.Length;
    }
}
